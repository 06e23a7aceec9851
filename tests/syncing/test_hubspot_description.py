"""Requests to HubSpot against HubSpot's own descriptions, which Prism checks on their way.

Prism stands as a proxy between our client and the HubSpot on loopback of the other tests, and
fails each request and each answer that is not as described. So that server is checked as well.

The descriptions are looked for in ../shared/specs/hubspot, or where LEADHOUSE_HUBSPOT_SPECS says.
Prism is installed with npm, into .venv.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from leadhouse.syncing.destination import BatchRefusedError, TryAgainError, Update
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.hubspot import HubSpotDestination
from leadhouse.syncing.hubspot_calls import HubSpotSettings
from tests.syncing.hubspot_server import HubSpotServer, in_turn, wrong_json

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("LEADHOUSE_HUBSPOT_SPECS", ROOT.parent / "shared/specs/hubspot"))
PRISM = "@stoplight/prism-cli@5.14.2"
UPSERT = "/crm/v3/objects/contacts/batch/upsert"


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both descriptions as one, with three slips mended.

    Examples that are null are no examples; errors come as JSON, not as anything; and a contact is
    shown with null for a property that is empty.
    """
    if not SPECS.is_dir():
        pytest.skip(f"HubSpot's descriptions are not in {SPECS}")
    whole, further = (
        without_null_examples(json.loads((SPECS / name).read_text()))
        for name in ("contacts.json", "properties.json")
    )
    whole["paths"] |= further["paths"]
    whole["components"]["schemas"] |= further["components"]["schemas"]
    error = whole["components"]["responses"]["Error"]
    error["content"] = {"application/json": error["content"]["*/*"]}
    shown = whole["components"]["schemas"]["SimplePublicObject"]["properties"]["properties"]
    shown["additionalProperties"]["nullable"] = True
    path = tmp_path_factory.mktemp("description") / "hubspot.json"
    path.write_text(json.dumps(whole))
    return path


def without_null_examples(thing: object) -> object:
    if isinstance(thing, dict):
        return {
            key: without_null_examples(value)
            for key, value in thing.items()
            if not (key == "example" and value is None)
        }
    return [without_null_examples(value) for value in thing] if isinstance(thing, list) else thing


@pytest.fixture(scope="module")
def prism() -> Path:
    """Prism's command, installed if it is not yet."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Prism needs node and npm")
    folder = ROOT / ".venv" / "prism"
    command = folder / "node_modules/.bin/prism"
    with FileLock(ROOT / ".venv" / "prism.lock"):
        if not command.exists():
            install = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", PRISM]
            done = subprocess.run(install, check=False, capture_output=True, text=True)
            if done.returncode:
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"npm could not install Prism: {done.stderr[-200:]}")
    return command


@pytest.fixture(scope="module")
def server() -> Iterator[HubSpotServer]:
    with HubSpotServer() as server:
        yield server


@pytest.fixture(scope="module")
def url(
    server: HubSpotServer, description: Path, prism: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Prism in front of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("prism") / "log.txt"
    command = [prism, "proxy", description, server.url, "--errors", "--port", str(port)]
    with (
        log.open("w") as out,
        subprocess.Popen([*map(str, command)], stdout=out, stderr=out) as process,
    ):
        try:
            end = time.monotonic() + 90
            while "Prism is listening" not in log.read_text():
                assert process.poll() is None and time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def connect(server: HubSpotServer, url: str) -> HubSpotDestination:
    return HubSpotDestination(HubSpotSettings(token=server.token, url=url, timeout_seconds=30))


def update(address: str, record_id: str | None = None, **values: object) -> Update:
    is_leaving = not values
    return Update(address, address, record_id, values or {"score": None}, is_leaving)


def test_each_kind_of_request_and_answer_is_as_described(server: HubSpotServer, url: str) -> None:
    destination, before = connect(server, url), len(server.requests)
    destination.setup({field: field for field in FIELDS})
    anna = update(
        "anna@example.com",
        score=62.5,
        tier="hot",
        reason_1=None,
        tier_expires_at="2026-01-31T07:00:00Z",
    )
    bad = update("berta@example.com", score="much")
    gone, unknown = update("clara@example.com"), update("dora@example.com", record_id="4711")
    [told] = destination.tell("r1", [anna])
    again = destination.tell("r2", [anna, bad, gone, unknown])
    [read] = destination.read([anna], ["score", "tier"])
    [emptied] = destination.tell("r3", [update("anna@example.com", record_id=told.record_id)])

    assert [answer.status for answer in again] == ["told", "refused", "missing", "missing"]
    assert read == {"score": 62.5, "tier": "hot"}
    assert emptied == told
    seen = {(request.method, request.path, request.status) for request in server.requests[before:]}
    batch = UPSERT.removesuffix("upsert")
    assert seen == {
        ("GET", "/crm/v3/properties/contacts", 200),
        ("GET", "/crm/v3/properties/contacts/groups", 200),
        ("POST", "/crm/v3/properties/contacts", 201),
        ("POST", "/crm/v3/properties/contacts/groups", 201),
        ("POST", UPSERT, 200),
        ("POST", UPSERT, 207),
        ("POST", batch + "read", 200),
        ("POST", batch + "read", 207),
        ("POST", batch + "update", 200),
    }


def test_refusal_of_a_batch_is_as_described(server: HubSpotServer, url: str) -> None:
    server.add_properties({"score": "number"})
    updates = [update("anna@example.com", score=1), update("no address", score=1)]
    with pytest.raises(BatchRefusedError, match="INVALID_EMAIL"):
        connect(server, url).tell("r1", updates)


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": [{"id": "anna@example.com", "properties": {"score": 62.5}}]},
        {"inputs": [{"properties": {"score": "62.5"}}]},
        {"inputs": {"id": "anna@example.com", "properties": {}}},
        {},
    ],
)
def test_wrong_request_is_stopped(server: HubSpotServer, url: str, body: dict) -> None:
    before = len(server.requests)
    key = {"Authorization": f"Bearer {server.token}"}
    answer = httpx.post(url + UPSERT, json=body, headers=key)
    assert answer.status_code == 422, answer.text
    assert len(server.requests) == before


def test_wrong_answer_is_stopped(server: HubSpotServer, url: str) -> None:
    server.plan = in_turn(wrong_json(acts=False, body=b'{"status": "COMPLETE"}'))
    with pytest.raises(TryAgainError) as raised:
        connect(server, url).tell("r1", [update("anna@example.com", score=1)])
    assert raised.value.http_status == 500
