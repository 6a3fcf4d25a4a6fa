"""Puts files into the stack's own store, as any client of S3 does: DATA_DIR PREFIX FILE..."""

import sys
from pathlib import Path

import boto3

data, prefix, *files = sys.argv[1:]
key_id, secret = (Path(data) / "cloud-credentials").read_text().split()
s3 = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{(Path(data) / 'cloud-port').read_text().strip()}",
    aws_access_key_id=key_id,
    aws_secret_access_key=secret,
    region_name="us-east-1",
)
for file in files:
    s3.upload_file(file, "millrace", prefix + Path(file).name)
