"""The package, deployed by CloudFormation on an emulator that checks rights, runs the main job end to end."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from chalicelib.jobs.intake.importing import MOST_DEAD_LETTERS
from infra.aws.smoke_test import try_out
from infra.local.samples import make_samples
from tests.aws.clouds import ACCOUNT, PACKAGE, STACK, Cloud, translated
from tests.e2e.stack import Guest, eventually
from tests.pipelines.volume.volume_world import grey_of, nifti, shades, small_labels

WAIT = 120


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("cloud"))
    try:
        folder = tmp_path_factory.mktemp("template")
        cloud.upload(translated(PACKAGE / "template.json", folder, cloud.endpoint))
        yield cloud
    finally:
        cloud.stop()


@pytest.fixture(scope="module")
def outputs(cloud: Cloud) -> dict[str, str]:
    return cloud.deploy("create")


@pytest.fixture(scope="module")
def api(cloud: Cloud, outputs: dict[str, str]) -> str:
    """The stack's own gateway, at its address in the emulator."""
    return f"{cloud.endpoint}/_aws/execute-api/{outputs['RestAPIId']}/live/api"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    paths = make_samples(tmp_path_factory.mktemp("samples"))
    return {path.name: path.read_bytes() for path in paths}


def run_a_job(api: str, files: dict[str, bytes]) -> tuple[Guest, str]:
    guest = Guest(api)
    job_id = guest.upload(files)
    status = guest.wait(job_id, WAIT)
    assert status["status"] == "completed", status
    return guest, job_id


def test_a_job_goes_from_the_upload_to_its_zip(api: str, files: dict[str, bytes]) -> None:
    guest, job_id = run_a_job(api, files)
    answer = guest.call("GET", f"/download/{job_id}")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))["files"]
        assert {entry["original_filename"] for entry in manifest} == set(files)
        assert {archive.read(name) for name in archive.namelist()} >= {files["harbour.jpg"]}
    page = guest.get(f"/jobs/{job_id}/files?per_page=200")["items"]
    video = next(file for file in page if file["original_filename"].endswith(".mp4"))
    assert guest.thumbnail(video)[:3] == b"\xff\xd8\xff"


def test_each_layer_does_its_part_of_a_volume_job(
    cloud: Cloud, outputs: dict[str, str], api: str, tmp_path: Path
) -> None:
    """With a user's own network, whose step has its own function and layer."""
    for file in (shades(tmp_path) / "nearest").iterdir():
        cloud.client("s3").put_object(
            Bucket=outputs["Files"], Key=f"models/nearest/{file.name}", Body=file.read_bytes()
        )
    guest = Guest(api)
    content = nifti(grey_of(small_labels(), noise=0.0))
    job_id = guest.upload({"small.nii.gz": content}, "volume", options={"segmentation_model": "nearest"})
    status = guest.wait(job_id, 3 * WAIT)
    assert status["status"] == "completed", status
    results = guest.call("GET", f"/download/{job_id}/results").json()
    assert results["segmentation"]["model"] == "nearest"
    assert len(results["measures"]) >= 2


def test_what_the_gateway_refuses_is_a_problem_as_ours(cloud: Cloud, outputs: dict[str, str], api: str) -> None:
    """Unlike AWS, the emulator doesn't read these responses from the API's description, so the test sets them."""
    gateway, api_id = cloud.client("apigateway"), outputs["RestAPIId"]
    template = json.loads((PACKAGE / "template.json").read_text())["Resources"]["RestAPI"]["Properties"]
    for kind, response in template["DefinitionBody"]["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(restApiId=api_id, responseType=kind, **response)
    gateway.create_deployment(restApiId=api_id, stageName="live")
    for method, path in (("GET", "/nothing"), ("DELETE", "/health")):
        answer = requests.request(method, api + path, headers={"Origin": "https://elsewhere.example"}, timeout=30)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (404, 404, "route_not_found")
        assert problem["request_id"] == answer.headers["x-amzn-requestid"]


def test_what_the_queue_gave_up_on_is_marked_as_failed(cloud: Cloud, outputs: dict[str, str], api: str) -> None:
    functions, sqs = cloud.client("lambda"), cloud.client("sqs")
    [mapping] = functions.list_event_source_mappings(EventSourceArn=outputs["ImportQueueArn"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    guest = Guest(api)
    guest.register()
    path = f"import/@{guest.id}/none/"
    job_id = guest.call("POST", "/import-path", {"path": path, "pipeline": "media"}).json()["job_id"]
    queue, dead = (f"{cloud.endpoint}/{ACCOUNT}/{STACK}-{name}" for name in ("import", "import-dlq"))
    [message] = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), 30)
    assert guest.get(f"/status/{job_id}")["status"] == "pending"
    for _ in range(MOST_DEAD_LETTERS + 1):  # each asks for the listing again, up to the last
        sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
        eventually(lambda: cloud.messages("import-dlq") == 0, 30)
    eventually(lambda: guest.get(f"/status/{job_id}")["status"] == "failed", WAIT)
    assert guest.get(f"/jobs/{job_id}")["error_code"] == "listing_failed"
    eventually(lambda: cloud.messages("import-dlq") == 0, 30)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def test_the_page_and_the_api_have_one_address(cloud: Cloud, outputs: dict[str, str], api: str) -> None:
    cloud.client("s3").put_object(Bucket=outputs["Page"], Key="index.html", Body=b"<title>Millrace</title>")
    # The header stands for TLS, which the emulator doesn't terminate.
    host = {"Host": outputs["Address"].removeprefix("https://"), "X-Forwarded-Proto": "https"}
    for path in ("/", "/jobs/a-job"):
        page = requests.get(cloud.endpoint + path, headers=host, timeout=30)
        assert page.content == b"<title>Millrace</title>"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    plain = requests.get(cloud.endpoint, headers={"Host": host["Host"]}, timeout=30, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (301, outputs["Address"] + "/")
    health = requests.get(f"{api}/health", timeout=30)
    assert health.json()["status"] == "ok", health.text


def test_the_websocket_api_stands_with_its_routes(cloud: Cloud) -> None:
    gateway = cloud.client("apigatewayv2")
    [api] = gateway.get_apis()["Items"]
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.type")
    routes = {route["RouteKey"] for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]}
    assert routes == {"$connect", "$default", "$disconnect"}
    assert [stage["StageName"] for stage in gateway.get_stages(ApiId=api["ApiId"])["Items"]] == ["live"]


def test_a_socket_is_told_of_a_job_until_its_sign_in_ends(cloud: Cloud, api: str) -> None:
    """Through the emulator's own gateway and the packaged functions, with the rights of their roles."""
    [live] = cloud.client("apigatewayv2").get_apis()["Items"]
    address = f"{cloud.endpoint.replace('http', 'ws', 1)}/_aws/execute-api/{live['ApiId']}/live"
    guest = Guest(api)
    guest.register()
    files = [{"filename": "a.jpg", "size": 10}]
    jobs = [guest.call("POST", "/upload", {"pipeline": "media", "files": files}).json()["job_id"] for _ in range(2)]
    ticket = guest.call("POST", "/live/ticket").json()
    assert ticket["url"] == "/live"
    with connect(f"{address}?ticket={ticket['ticket']}", proxy=None, open_timeout=WAIT) as line:
        line.send(json.dumps({"type": "subscribe", "jobs": "mine"}))
        first = [json.loads(line.recv(timeout=WAIT)) for _ in jobs]
        assert {(frame["type"], frame["job_id"], frame["status"]) for frame in first} == {
            ("job_status", job_id, "pending") for job_id in jobs
        }
        guest.call("POST", f"/jobs/{jobs[0]}/control", {"action": "cancel"})
        last = json.loads(line.recv(timeout=WAIT))
        assert (last["type"], last["job_id"], last["status"]) == ("job_update", jobs[0], "cancelled")
        guest.call("POST", "/auth/logout", {})
        assert json.loads(line.recv(timeout=WAIT))["code"] == "unauthorized"
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=WAIT)
    for used in (ticket["ticket"], "none"):
        with pytest.raises(InvalidStatus) as refused, connect(f"{address}?ticket={used}", proxy=None):
            pass
        assert refused.value.response.status_code == 403  # AWS passes on the 401 of $connect


def test_the_schedule_sweeps_a_drop_folder_together(cloud: Cloud, outputs: dict[str, str], api: str) -> None:
    owner = Guest(api)
    owner.register()
    cloud.client("s3").put_object(
        Bucket=outputs["Files"], Key=f"drop/media/@{owner.id}/walk/a.txt", Body=b"no photo, but a file"
    )
    # The batch is complete after a minute without a further file, and the sweeper runs each minute.
    over = eventually(lambda: [j for j in owner.get("/jobs")["items"] if j["completed_at"]], 240)
    assert [job["name"] for job in over] == ["walk"]


def test_an_update_keeps_what_is_there(
    cloud: Cloud, outputs: dict[str, str], api: str, files: dict[str, bytes]
) -> None:
    guest, job_id = run_a_job(api, files)
    assert cloud.deploy("update", RequestsPerSecond="300")["Files"] == outputs["Files"]
    assert guest.get(f"/status/{job_id}")["status"] == "completed"
    run_a_job(api, {"harbour.jpg": files["harbour.jpg"]})


def test_what_a_deployment_is_tried_with_finds_it_well(api: str) -> None:
    try_out("", api, WAIT)


def test_logs_name_no_user_file_or_signature(cloud: Cloud, outputs: dict[str, str], files: dict[str, bytes]) -> None:
    """Runs after all of the above, and reads every line of every function."""
    logs = cloud.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    pages = [page for g in groups for page in logs.get_paginator("filter_log_events").paginate(logGroupName=g)]
    lines = [event["message"] for page in pages for event in page["events"]]
    assert len(groups) > 5
    assert lines
    for secret in ("X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "Bearer ", "access_token", *files):
        assert [line for line in lines if secret in line] == [], secret


def test_deleting_the_stack_leaves_the_data(cloud: Cloud, outputs: dict[str, str], api: str) -> None:
    s3, dynamodb = cloud.client("s3"), cloud.client("dynamodb")
    s3.delete_object(Bucket=outputs["Page"], Key="index.html")
    versions = s3.list_object_versions(Bucket=outputs["Page"])
    for version in (*versions.get("Versions", ()), *versions.get("DeleteMarkers", ())):
        s3.delete_object(Bucket=outputs["Page"], Key=version["Key"], VersionId=version["VersionId"])
    items = dynamodb.scan(TableName=f"{STACK}-jobs", Select="COUNT")["Count"]
    cloud.client("cloudformation").delete_stack(StackName=STACK)
    assert cloud.settled()["StackStatus"] == "DELETE_COMPLETE"
    assert s3.list_objects_v2(Bucket=outputs["Files"], Prefix="results/")["KeyCount"] > 0
    assert dynamodb.scan(TableName=f"{STACK}-jobs", Select="COUNT")["Count"] == items > 0
    assert cloud.client("secretsmanager").get_secret_value(SecretId=outputs["TokenKeyArn"])["SecretString"]
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert requests.get(f"{api}/health", timeout=30).status_code in (403, 404)
