"""A HubSpot on loopback that keeps what it is told, for what no mere description can show.

Contacts by id and e-mail, properties and their groups, the batch endpoints with errors for single
rows and for whole batches, the rolling and the daily limit; and faults, as a test plans them. It
answers as HubSpot's pages on errors, limits and contacts say, and as people found:

- https://developers.hubspot.com/docs/api-reference/error-handling
- https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
- https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
- https://github.com/HubSpot/hubspot-api-nodejs/issues/548 (no batch update by e-mail)
- https://community.hubspot.com/t5/APIs-Integrations/Question-about-using-batch-read-API/m-p/1101616
  (ids of deleted and merged contacts)
"""

import itertools
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from tests.syncing.loopback import GATEWAY_PAGE, Fault

CONTACTS = "/crm/v3/objects/contacts/batch/"
PROPERTIES = "/crm/v3/properties/contacts"
GROUPS = PROPERTIES + "/groups"
NEEDED_SCOPE = {
    "upsert": "crm.objects.contacts.write",
    "update": "crm.objects.contacts.write",
    "read": "crm.objects.contacts.read",
    "properties": "crm.schemas.contacts.write",
}
OWN_PROPERTIES = {
    "email": "string",
    "firstname": "string",
    "lastname": "string",
    "hs_additional_emails": "string",
}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+")


def too_many(after: float | None = None) -> Fault:
    """429 of the rolling limit, with Retry-After or without."""
    headers = {} if after is None else {"Retry-After": str(after)}
    return Fault(429, headers, json.dumps(rate_limit_body("TEN_SECONDLY_ROLLING")).encode())


def failing(status: int, acts: bool = False) -> Fault:
    """A fault of the server's, as a gateway tells it: no JSON."""
    return Fault(status, body=GATEWAY_PAGE, acts=acts)


def late(seconds: float, acts: bool) -> Fault:
    """An answer later than the client waits, after having acted or not."""
    return Fault(delay=seconds, acts=acts)


def cut(acts: bool) -> Fault:
    """A connection closed in the middle of the answer."""
    return Fault(is_cut=True, acts=acts)


def wrong_json(acts: bool, body: bytes = b'{"status": "COMPLETE", "resul') -> Fault:
    """An answer that ends as it should, but is not what it should be."""
    return Fault(body=body, acts=acts)


def in_turn(*faults: Fault | None) -> Callable[[int, str], Fault | None]:
    """A plan: a fault (or none) for each request in turn, then none."""
    left = deque(faults)
    return lambda number, path: left.popleft() if left else None


@dataclass
class Contact:
    """A contact, and what was written to it: (time, values) in order."""

    id: str
    email: str
    properties: dict[str, str] = field(default_factory=dict)
    writes: list[tuple[float, dict[str, str]]] = field(default_factory=list)

    def values_of(self, name: str) -> list[str]:
        """The values that were written to a property, in order."""
        return [values[name] for _, values in self.writes if name in values]


@dataclass(frozen=True)
class Request:
    """A request as the server saw it: `status` is what the client was answered."""

    at: float
    method: str
    path: str
    body: dict
    status: int
    fault: Fault | None


class HubSpotServer:
    """Starts on entering, at `url`, and stops on leaving.

    Args:
        plan: from the number of a request (0, 1, ...) and its path to its fault; may be set later.
        per_window, window_seconds: requests that the rolling limit lets through.
        per_day: requests that the daily limit lets through.
        is_silent_on_missing: a batch update says nothing of ids that it does not know, as people
            saw, in place of an error with `OBJECT_NOT_FOUND`, as batch reads have it.
    """

    token = "pat-eu1-of-the-tests"  # noqa: S105

    def __init__(
        self,
        plan: Callable[[int, str], Fault | None] = lambda number, path: None,
        per_window: int = 190,
        window_seconds: float = 10.0,
        per_day: int = 1_000_000,
        is_silent_on_missing: bool = False,
    ) -> None:
        self.plan = plan
        self.per_window = per_window
        self.window_seconds = window_seconds
        self.left_today = per_day
        self.is_silent_on_missing = is_silent_on_missing
        self.scopes = set(NEEDED_SCOPE.values())
        self.contacts: dict[str, Contact] = {}
        self.requests: list[Request] = []
        self.groups: dict[str, dict] = {}
        self.properties = {
            name: described(name, type_, "contactinformation")
            for name, type_ in OWN_PROPERTIES.items()
        }
        self._ids: dict[str, str] = {}
        self._merged: dict[str, str] = {}
        self._next_id = itertools.count(1001)
        self._recent: deque[float] = deque()
        self._count = 0
        self._lock = threading.Lock()
        self._server = _HttpServer(("127.0.0.1", 0), _Handler)
        self._server.hubspot = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "HubSpotServer":
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def contact(self, email: str) -> Contact | None:
        """The contact with this address, be it the first or a further one."""
        return self.contacts.get(self._ids.get(email.lower()))

    def _contact_of_id(self, id_: str) -> Contact | None:
        return self.contacts.get(self._merged.get(id_, id_))

    def add_contact(self, email: str, **properties: str) -> Contact:
        """A contact that is there before anything is told."""
        contact = Contact(str(next(self._next_id)), email.lower(), dict(properties))
        self.contacts[contact.id] = contact
        self._ids[contact.email] = contact.id
        return contact

    def add_properties(self, types: dict[str, str]) -> None:
        """Properties (name: type) that are there before a setup."""
        for name, type_ in types.items():
            self.properties[name] = described(name, type_, "leadhouse")

    def delete(self, email: str) -> None:
        """A person deletes a contact."""
        del self.contacts[self._ids.pop(email.lower())]

    def merge(self, email: str, into: str) -> None:
        """A person merges a contact into another, which is found by the address and id of both."""
        gone, other = self.contact(email), self.contact(into)
        self.delete(email)
        self._merged[gone.id] = other.id
        self._ids[email.lower()] = other.id
        further = [other.properties.get("hs_additional_emails"), email.lower()]
        other.properties["hs_additional_emails"] = ";".join(filter(None, further))

    def answer(
        self, method: str, path: str, token: str | None, body: dict
    ) -> tuple[int, dict, bytes, Fault | None]:
        """Status, headers and body of the answer to a request, and the fault to show it with."""
        with self._lock:
            fault = self.plan(self._count, path)
            self._count += 1
            is_done = fault is None or fault.acts
            status, true = self._judge(method, path, token, body) if is_done else (200, {})
            content = json.dumps(true).encode()
            headers = self._limits()
            if fault:
                status = fault.status or (200 if fault.body else status)
                content = fault.body or content
                headers |= fault.headers
            self.requests.append(Request(time.time(), method, path, body, status, fault))
        return status, headers, content, fault

    def _judge(self, method: str, path: str, token: str | None, body: dict) -> tuple[int, dict]:
        """The key and the limits, then what was asked."""
        if token != f"Bearer {self.token}":
            return 401, error_body(
                "INVALID_AUTHENTICATION", "Authentication credentials not found."
            )
        if self.left_today <= 0:
            return 429, rate_limit_body("DAILY")
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - self.window_seconds:
            self._recent.popleft()
        if len(self._recent) >= self.per_window:
            return 429, rate_limit_body("TEN_SECONDLY_ROLLING")
        self._recent.append(now)
        self.left_today -= 1
        verb = path.removeprefix(CONTACTS)
        if verb in NEEDED_SCOPE:
            return self._allowed(verb) or getattr(self, f"_{verb}")(body)
        if path.startswith(PROPERTIES):
            return self._allowed("properties") or self._describe(method, path, body)
        return 404, {"status": "error", "message": "resource not found"}

    def _allowed(self, verb: str) -> tuple[int, dict] | None:
        scope = NEEDED_SCOPE[verb]
        if scope in self.scopes:
            return None
        message = f"This app hasn't been granted all required scopes: [{scope}]."
        return 403, error_body("MISSING_SCOPES", message)

    def _limits(self) -> dict[str, str]:
        return {
            "X-HubSpot-RateLimit-Max": str(self.per_window),
            "X-HubSpot-RateLimit-Remaining": str(self.per_window - len(self._recent)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(self.window_seconds * 1000)),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self.left_today),
        }

    def _upsert(self, body: dict) -> tuple[int, dict]:
        inputs = body["inputs"]
        if any(row.get("idProperty") != "email" for row in inputs):
            return 400, error_body("VALIDATION_ERROR", "Unable to upsert by non-unique property.")
        refused = refusal_of_batch(inputs)
        if refused:
            return 400, error_body("VALIDATION_ERROR", refused)
        for row in inputs:
            if not EMAIL.fullmatch(row["id"].lower()):
                problem = f"Email address {row['id']} is invalid"
                return 400, error_body(
                    "VALIDATION_ERROR", invalid("INVALID_EMAIL", "email", problem)
                )
        results, errors = [], []
        for row in inputs:
            problem = self._problem(row["properties"])
            if problem:
                errors.append(row_error(row, problem))
                continue
            contact = self.contact(row["id"])
            is_new = contact is None
            results.append(self._write(contact or self.add_contact(row["id"]), row))
            results[-1]["new"] = is_new
        return batch_answer(results, errors)

    def _update(self, body: dict) -> tuple[int, dict]:
        inputs = body["inputs"]
        refused = refusal_of_batch(inputs)
        if any("idProperty" in row for row in inputs):
            refused = "Unable to perform update/upsert by non-unique 0-1 property"
        if refused:
            return 400, error_body("VALIDATION_ERROR", refused)
        results, errors, missing = [], [], []
        for row in inputs:
            contact = self._contact_of_id(row["id"])
            problem = self._problem(row["properties"])
            if contact is None:
                missing.append(row["id"])
            elif problem:
                errors.append(row_error(row, problem))
            else:
                results.append(self._write(contact, row))
        if missing and self.is_silent_on_missing:
            return 207, batch_answer(results, errors)[1]
        return batch_answer(results, errors + not_found(missing))

    def _read(self, body: dict) -> tuple[int, dict]:
        inputs = body["inputs"]
        if len(inputs) > 100:
            return 400, error_body("VALIDATION_ERROR", "The maximum number of inputs is 100.")
        is_by_email = body.get("idProperty") == "email"
        find = self.contact if is_by_email else self._contact_of_id
        found = {row["id"]: find(row["id"]) for row in inputs}
        results = [
            shown(contact, {name: self._value(contact, name) for name in body["properties"]})
            for contact in found.values()
            if contact
        ]
        return batch_answer(results, not_found([id_ for id_, row in found.items() if row is None]))

    def _value(self, contact: Contact, name: str) -> str | None:
        return contact.email if name == "email" else contact.properties.get(name) or None

    def _write(self, contact: Contact, row: dict) -> dict:
        contact.properties.update(row["properties"])
        contact.writes.append((time.time(), row["properties"]))
        written = row["properties"] | {"email": contact.email}
        return shown(contact, written) | {"objectWriteTraceId": row["objectWriteTraceId"]}

    def _problem(self, properties: dict[str, str]) -> str | None:
        """Why these values can't be written to a contact; None if they can."""
        for name, value in properties.items():
            if name not in self.properties:
                return invalid("PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist')
            type_ = self.properties[name]["type"]
            if value and not IS_VALID.get(type_, lambda text: True)(value):
                return invalid(
                    f"INVALID_{type_.upper()}", name, f"{value} was not a valid {type_}."
                )
        return None

    def _describe(self, method: str, path: str, body: dict) -> tuple[int, dict]:
        """Properties and their groups."""
        things = self.groups if path.startswith(GROUPS) else self.properties
        base = GROUPS if path.startswith(GROUPS) else PROPERTIES
        name = unquote(path.removeprefix(base).lstrip("/"))
        if method == "GET" and name:
            missing = error_body("OBJECT_NOT_FOUND", f"{name} does not exist.")
            return (200, things[name]) if name in things else (404, missing)
        if method == "GET":
            return 200, {"results": list(things.values())}
        if body["name"] in things:
            return 409, error_body("OBJECT_ALREADY_EXISTS", f"{body['name']} already exists.")
        if things is self.properties and body["groupName"] not in self.groups:
            return 400, error_body("VALIDATION_ERROR", f"Group {body['groupName']} does not exist.")
        own = {"options": []} if things is self.properties else {"displayOrder": -1}
        things[body["name"]] = body | own | {"archived": False}
        return 201, things[body["name"]]


def described(name: str, type_: str, group: str) -> dict:
    """A property as HubSpot lists it."""
    return {
        "name": name,
        "label": name,
        "description": "",
        "type": type_,
        "fieldType": "text",
        "groupName": group,
        "options": [],
    }


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def is_datetime(text: str) -> bool:
    """Milliseconds since 1970, or ISO 8601 with a zone."""
    return re.fullmatch(r"\d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text) is not None


IS_VALID = {"number": is_number, "datetime": is_datetime}


def refusal_of_batch(inputs: list[dict]) -> str | None:
    """Why a batch is refused before any row is looked at; None if it is not."""
    ids = [row["id"].lower() for row in inputs]
    if len(ids) > 100:
        return "The maximum number of inputs is 100."
    if len(set(ids)) < len(ids):
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        return f"Duplicate IDs found in batch input: {twice}. IDs must be unique"
    traces = [row.get("objectWriteTraceId") for row in inputs]
    if None in traces or len(set(traces)) < len(traces):
        return "objectWriteTraceId has to be unique for each input."
    return None


def error_body(category: str, message: str) -> dict:
    correlation = "c033cdaa-2c40-4a64-ae48-b4cec88dad24"
    return {
        "status": "error",
        "message": message,
        "correlationId": correlation,
        "category": category,
    }


def rate_limit_body(policy: str) -> dict:
    return {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
        "policyName": policy,
    }


def invalid(error: str, name: str, message: str) -> str:
    problem = {"isValid": False, "message": message, "error": error, "name": name}
    return f"Property values were not valid: {json.dumps([problem])}"


def row_error(row: dict, message: str) -> dict:
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": message,
        "context": {"objectWriteTraceId": [row["objectWriteTraceId"]]},
        "errors": [],
        "links": {},
    }


def not_found(ids: Iterable[str]) -> list[dict]:
    """One error for all ids that are not there, as HubSpot has it; none if there is none."""
    message = "Could not get some CONTACT objects, they may be deleted or not exist."
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": message,
        "context": {"ids": list(ids)},
        "errors": [],
        "links": {},
    }
    return [error] if error["context"]["ids"] else []


def shown(contact: Contact, properties: dict) -> dict:
    now = datetime.now(UTC).isoformat()
    return {
        "id": contact.id,
        "properties": properties,
        "createdAt": now,
        "updatedAt": now,
        "archived": False,
    }


def batch_answer(results: list[dict], errors: list[dict]) -> tuple[int, dict]:
    now = datetime.now(UTC).isoformat()
    answer = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return 200, answer
    return 207, answer | {"numErrors": len(errors), "errors": errors}


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    hubspot: HubSpotServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has hung up is what some tests are about: no traceback of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _HttpServer

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        status, headers, content, fault = self.server.hubspot.answer(
            self.command, self.path, self.headers.get("Authorization"), body
        )
        if fault:
            time.sleep(fault.delay)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault and fault.is_cut:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        else:
            self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = _handle  # noqa: N815

    def log_message(self, *args: object) -> None:
        """The server keeps its own list of requests."""
