"""Prints the objects that the lifecycle rules leave in a bucket at several ages."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local.cloud.__main__ import configure
from infra.local.cloud.blobs import Blobs
from infra.local.cloud.lifecycle import Lifecycle
from infra.local.cloud.services import Request, Services
from infra.local.cloud.state import State
from infra.local.cloud.store import load
from infra.local.room import Room

RULES = b"""<LifecycleConfiguration>
<Rule><ID>work</ID><Status>Enabled</Status><Filter><Prefix>work/</Prefix></Filter>
<Expiration><Days>2</Days></Expiration></Rule>
<Rule><ID>expiring</ID><Status>Enabled</Status><Filter><Tag><Key>keep</Key><Value>no</Value></Tag></Filter>
<Expiration><Days>1</Days></Expiration></Rule>
<Rule><ID>uploads</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>
<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
</LifecycleConfiguration>"""


async def main(folder: Path) -> None:
    state = State()
    services = Services(state, Blobs(folder / "blobs"), folder, load(folder, state.apply), Room(folder))

    async def send(path: str, body: bytes, method: str = "PUT", query: str = "", **headers: str) -> None:
        asked: dict[str, list[str]] = {query: [""]} if query else {}
        status, _, content = await services.answer(Request("s3", method, path, headers, asked, body))
        assert status == 200, (path, status, content)

    await send("/aging", b"")
    await send("/aging", RULES, query="lifecycle")
    await send("/aging/work/a", b"x")
    await send("/aging/kept/a", b"x")
    await send("/aging/kept/b", b"x", **{"x-amz-tagging": "keep=no"})
    await send("/aging/kept/c", b"", "POST", "uploads")
    rules, now = Lifecycle(state, services), datetime.now(UTC)
    left: list[list[Any]] = []
    for days in (0, 1.5, 2.5):
        await rules.carry_out(now + timedelta(days=days))
        left.append([*sorted(state.s3._buckets["aging"]["objects"]), len(state.s3._multipart_uploads)])
    await services.store.close()
    print(json.dumps({"left": left, "blobs": len(list((folder / "blobs").rglob("*/*")))}))


if __name__ == "__main__":
    configure(Path(sys.argv[1]), 1)
    asyncio.run(main(Path(sys.argv[1])))
