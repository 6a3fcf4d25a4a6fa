"""Other programs, and other pages in the same browser, get nothing from the ports of the stack."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.settings import credentials
from tests.local.conftest import Stack

OWN = "x-amz-target"


@pytest.fixture(scope="module")
def store(stack: Stack) -> str:
    return f"http://127.0.0.1:{(stack.data_dir / 'cloud-port').read_text().strip()}"


@pytest.fixture(scope="module")
def signed_put(stack: Stack) -> str:
    return stack.client("s3").generate_presigned_url(
        "put_object", Params={"Bucket": "millrace", "Key": "signed/a", "ContentLength": 5}
    )


def client(store: str, service: str, key_id: str, secret: str) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        service,
        endpoint_url=store,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=config,
    )


def test_the_credentials_are_random_and_only_the_users_own(stack: Stack) -> None:
    assert (stack.data_dir / "cloud-credentials").stat().st_mode & 0o777 == 0o600
    key_id, secret = credentials(stack.data_dir)
    assert len(bytes.fromhex(secret)) == 32
    assert key_id != "local"


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/", {}, None),
        ("GET", "/millrace", {}, None),
        ("GET", "/millrace?list-type=2", {}, None),
        ("PUT", "/stranger", {}, b""),
        ("POST", "/", {OWN: "DynamoDB_20120810.Scan"}, {"TableName": "millrace-accounts"}),
        ("POST", "/", {OWN: "DynamoDB_20120810.DeleteTable"}, {"TableName": "millrace-accounts"}),
        ("POST", "/", {OWN: "AmazonSQS.ListQueues"}, {}),
        ("POST", "/?Action=ListQueues", {}, None),
        ("POST", "/2015-03-31/functions", {"content-type": "text/plain"}, {"FunctionName": "f"}),
        ("GET", "/2015-03-31/functions", {}, None),
        ("POST", "/_ministack/reset", {}, b""),
        ("POST", "/_ministack/config", {}, {"a": 1}),
        ("GET", "/_ministack/health", {}, None),
        ("GET", "/_localstack/health", {}, None),
        ("POST", "/", {OWN: "secretsmanager.ListSecrets"}, {}),
        ("GET", "/millrace?X-Amz-Signature=00&X-Amz-Credential=local/x/y/s3/aws4_request", {}, None),
    ],
)
def test_what_is_not_signed_is_refused(store: str, method: str, path: str, headers: Any, body: Any) -> None:
    content = json.dumps(body) if isinstance(body, dict) else body
    answer = requests.request(method, store + path, headers=headers, data=content, timeout=5)
    assert answer.status_code == 403, answer.text
    assert "access-control-allow-origin" not in answer.headers


def test_other_keys_other_secrets_and_other_services_are_refused(stack: Stack, store: str) -> None:
    key_id, secret = credentials(stack.data_dir)
    for pair in (("local", "local"), ("test", "test"), (key_id, "0" * 64), ("000000000000", secret)):
        with pytest.raises(ClientError) as refused:
            client(store, "dynamodb", *pair).list_tables()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert client(store, "dynamodb", key_id, secret).list_tables()["TableNames"]
    for service, call in (("lambda", "list_functions"), ("iam", "list_users"), ("sts", "get_caller_identity")):
        with pytest.raises(ClientError) as refused:
            getattr(client(store, service, key_id, secret), call)()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_signature_is_good_for_just_what_was_signed(stack: Stack, store: str, signed_put: str) -> None:
    url = urlsplit(signed_put)
    changed = [
        signed_put.replace("signed/a", "signed/b"),
        signed_put.replace("Expires=3600", "Expires=604800"),
        signed_put + "&tagging=",
        f"{url.scheme}://localhost:{url.port}{url.path}?{url.query}",
    ]
    for address in changed:
        assert requests.put(address, data=b"bytes", timeout=5).status_code == 403, address
    assert requests.get(signed_put, timeout=5).status_code == 403
    for name in ("x-amz-copy-source", "x-amz-tagging", "x-amz-meta-a"):
        assert (
            requests.put(signed_put, data=b"bytes", headers={name: "millrace/guides/a"}, timeout=5).status_code == 403
        )
    assert requests.put(signed_put, data=b"bytes", timeout=5).status_code == 200


def test_a_body_that_was_not_signed_is_refused(stack: Stack, store: str) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("POST", f"{store}/", {OWN: "DynamoDB_20120810.ListTables"}, b"{}")
    SigV4Auth(Credentials(*credentials(stack.data_dir)), "dynamodb", "us-east-1").add_auth(request)
    headers = dict(request.headers)
    assert requests.post(f"{store}/", data=b"{}", headers=headers, timeout=5).status_code == 200
    assert requests.post(f"{store}/", data=b'{"Limit": 1}', headers=headers, timeout=5).status_code == 403
    other = headers | {OWN: "DynamoDB_20120810.DescribeLimits"}
    assert requests.post(f"{store}/", data=b"{}", headers=other, timeout=5).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost.", "", "[::2]"]
)
def test_a_name_that_points_here_opens_nothing(stack: Stack, store: str, signed_put: str, host: str) -> None:
    assert requests.get(f"{store}/health", headers={"Host": host}, timeout=5).status_code in (400, 403)
    assert requests.put(signed_put, data=b"bytes", headers={"Host": host}, timeout=5).status_code in (400, 403)
    for path in ("/", "/api/health"):
        assert requests.get(stack.address + path, headers={"Host": host}, timeout=5).status_code in (400, 403)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1", "http://localhost:5173"]
)
def test_a_page_of_another_origin_is_refused_everywhere(stack: Stack, store: str, signed_put: str, origin: str) -> None:
    for address in (f"{store}/health", f"{stack.address}/api/health", f"{stack.address}/"):
        for headers in ({}, {"Access-Control-Request-Method": "PUT"}):
            method = "OPTIONS" if headers else "GET"
            answer = requests.request(method, address, headers={"Origin": origin, **headers}, timeout=5)
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
    assert requests.put(signed_put, data=b"bytes", headers={"Origin": origin}, timeout=5).status_code == 403


def test_a_page_of_another_origin_may_lead_here_and_load_nothing(stack: Stack) -> None:
    led = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert requests.get(f"{stack.address}/", headers=led, timeout=5).status_code == 200
    loaded = led | {"Sec-Fetch-Mode": "no-cors"}
    assert requests.get(f"{stack.address}/api/health", headers=loaded, timeout=5).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_our_own_page_may_send_and_fetch(stack: Stack, store: str, signed_put: str, host: str) -> None:
    origin = f"http://{host}:{stack.port}"
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    preflight = requests.options(signed_put, headers={"Origin": origin, **asked}, timeout=5)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type"
    sent = requests.put(signed_put, data=b"bytes", headers={"Origin": origin}, timeout=5)
    assert (sent.status_code, sent.headers["Access-Control-Allow-Origin"]) == (200, origin)
    headers = {"Origin": origin, "Host": f"{host}:{stack.port}"}
    assert requests.get(f"{stack.address}/api/health", headers=headers, timeout=5).status_code == 200
    refused = requests.options(
        signed_put, headers={"Origin": origin, "Access-Control-Request-Method": "DELETE"}, timeout=5
    )
    assert refused.status_code == 403


def test_half_open_connections_hang_nothing(stack: Stack, store: str) -> None:
    idle = []
    for port in (stack.port, urlsplit(store).port):
        for number in range(200):
            connection = socket.create_connection(("127.0.0.1", port))
            if number % 2:
                connection.sendall(b"POST /api/json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
            idle.append(connection)
    try:
        assert stack.health() == 200
        assert requests.get(f"{store}/health", timeout=5).status_code == 200
    finally:
        for connection in idle:
            connection.close()
