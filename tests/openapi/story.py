"""A job's whole story, told by a client that openapi-python-client has generated. Prints its findings as JSON.

Runs in the environment of the generator, whose httpx and attrs the generated client needs.
Arguments: the address of the API and the files to send.
"""

import json
import sys
import time
from pathlib import Path

import httpx
from millrace_generated import AuthenticatedClient, Client
from millrace_generated.api.auth import begin_as_guest
from millrace_generated.api.files import download, list_files
from millrace_generated.api.jobs import get_status, list_jobs
from millrace_generated.api.library import change_job, delete_job, get_file
from millrace_generated.api.uploads import open_job
from millrace_generated.models import JobChanges, NewFile, UploadRequest


def main(address: str, *names: str) -> None:
    contents = {Path(name).name: Path(name).read_bytes() for name in names}
    guest = begin_as_guest.sync(client=Client(base_url=address, raise_on_unexpected_status=True))
    client = AuthenticatedClient(base_url=address, token=guest.access_token, raise_on_unexpected_status=True)

    files = [NewFile(filename=name, size=len(content)) for name, content in contents.items()]
    opened = open_job.sync(client=client, body=UploadRequest(pipeline="media", files=files, name="Generated"))
    for target in opened.uploads:
        headers = target.headers.to_dict()
        httpx.put(target.url, content=contents[target.filename], headers=headers).raise_for_status()

    for _ in range(300):
        status = get_status.sync(opened.job_id, client=client)
        if status.status in ("completed", "failed", "cancelled"):
            break
        time.sleep(0.2)
    listed = list_files.sync(opened.job_id, client=client)
    one = get_file.sync(listed.items[0].id, client=client)
    redirect = download.sync_detailed(opened.job_id, client=client)
    zipped = httpx.get(redirect.headers["location"]).content
    changed = change_job.sync(opened.job_id, client=client, body=JobChanges(tags=["generated"]))
    jobs = list_jobs.sync(client=client)
    deleted = delete_job.sync_detailed(opened.job_id, client=client)
    gone = get_status.sync(opened.job_id, client=client)
    refused = open_job.sync(client=client, body=UploadRequest(pipeline="no such", files=files))
    print(
        json.dumps(
            {
                "status": status.status,
                "files": sorted(file.original_filename for file in listed.items),
                "one": one.id == listed.items[0].id,
                "zip": zipped[:2].decode(),
                "name": changed.name,
                "tags": changed.tags,
                "jobs": [job.id == opened.job_id for job in jobs.items],
                "deleted": int(deleted.status_code),
                "gone": [type(gone).__name__, gone.code, gone.status],
                "refused": [type(refused).__name__, refused.code, refused.status],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
