"""Applies CloudFormation's SAM transform: `python translate.py template.json out.json BUCKET`.

Runs in the Python of requirements-verify.txt. Paths that are still local become objects of BUCKET, as with
`cloudformation package`.
"""

import json
import sys
from pathlib import Path
from unittest.mock import MagicMock

from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform


def main() -> None:
    source, target, bucket = sys.argv[1:]
    template = json.loads(Path(source).read_text())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties and not properties[name].startswith("s3://"):
                properties[name] = {"Bucket": bucket, "Key": Path(properties[name]).name}
    # In the emulator, the gateway's own address is the only way to the API.
    for name in ("APIHandler", "WebsocketConnect"):
        template["Resources"][name]["Properties"]["Environment"]["Variables"].pop("MILLRACE_ORIGIN_SECRET", None)
    policies = ManagedPolicyLoader(MagicMock())
    policies.load = dict
    Path(target).write_text(json.dumps(transform(template, {}, policies), indent=1))


if __name__ == "__main__":
    main()
