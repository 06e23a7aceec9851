"""A Salesforce on loopback that keeps what it is told: one object with fields and records.

Custom fields by the Tooling API with field-level security, collections, SOQL by one field, and jobs
of the Bulk API 2.0; errors as Salesforce's pages have them. It is https, as the client insists.
"""

import base64
import csv
import io
import itertools
import re
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import trustme

from tests.syncing.loopback import LoopbackServer, Request, Response

DATA = "/services/data/v59.0/"
SOQL = re.compile(r"select (?P<names>.+) from Lead where (?P<key>\w+) in \((?P<values>.*)\)")


@dataclass
class Job:
    operation: str
    key: str
    state: str = "Open"
    data: str = ""
    polls: int = 0
    done: list[dict] = field(default_factory=list)
    failed: list[dict] = field(default_factory=list)
    error: str = ""


class SalesforceServer(LoopbackServer):
    """Starts on entering, at `url`, trusted by who trusts `authority`.

    Attributes:
        records: of the object Lead, by id.
        writes: record id and values, in the order in which they were written.
        fields: the custom fields' metadata, by name.
        open_fields: those that the sync's user may see and edit.
        read_only: those of them that the user may not edit after all.
        locked: how often a record, by its Leadhouse_Id__c, is found locked.
        skipped: how often a job leaves one unprocessed.
        is_failing_on_skips: such a job ends as Failed, as when the day's rows are used up.
        may_customize: whether the user may make fields.
        polls_needed: looks at a job before it is done.
    """

    token = "00D-of-the-tests!session"  # noqa: S105
    key, secret = "key-of-the-tests", "secret-of-the-tests"

    def __init__(self) -> None:
        self.authority = trustme.CA()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1").configure_cert(tls)
        super().__init__(tls)
        self.tokens = {self.token}
        self.records: dict[str, dict] = {}
        self.writes: list[tuple[str, dict]] = []
        self.fields: dict[str, dict] = {}
        self.open_fields: set[str] = set()
        self.read_only: set[str] = set()
        self.converted: set[str] = set()
        self.locked: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.is_failing_on_skips = False
        self.may_customize = True
        self.polls_needed = 1
        self.jobs: dict[str, Job] = {}
        self._deleted: set[str] = set()
        self._ids: dict[str, list[str]] = {}
        self._count = itertools.count(1)

    def add_field(self, name: str, **metadata: object) -> None:
        """A field that everybody may edit."""
        self.fields[name] = metadata
        self.open_fields.add(name)

    def add(self, **values: object) -> str:
        """A record that is there before anything is told."""
        id_ = f"00Q{next(self._count):012}AAA"
        self.records[id_] = {"LastName": "Doe", "Company": "Acme", **values}
        self._ids.setdefault(values.get("Leadhouse_Id__c"), []).append(id_)
        return id_

    def delete(self, id_: str) -> None:
        """A person deletes a record."""
        self._ids[self.records.pop(id_).get("Leadhouse_Id__c")].remove(id_)
        self._deleted.add(id_)

    def record(self, lead_id: str) -> dict | None:
        return next((self.records[id_] for id_ in self._ids.get(lead_id, [])), None)

    def respond(self, request: Request) -> Response:
        if request.path == "/services/oauth2/token":
            return self._log_in(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        path = request.path.removeprefix(DATA)
        for start, answer in {
            "sobjects/Lead/describe": self._describe,
            "tooling/sobjects/CustomField": self._make_field,
            "composite/sobjects": self._collection,
            "query/": self._query,
            "jobs/ingest": self._job,
        }.items():
            if path.startswith(start):
                return answer(request, path.removeprefix(start).strip("/"))
        return error(404, "NOT_FOUND", "The requested resource does not exist")

    def _log_in(self, request: Request) -> Response:
        wanted = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return Response(400, {"error": "invalid_client", "error_description": "bad client"})
        assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"]}
        token = f"00D-of-the-tests!{next(self._count)}"
        self.tokens.add(token)
        return Response(200, {"access_token": token, "instance_url": self.url})

    def _visible(self) -> list[str]:
        return ["Id", "LastName", "Company", *(n for n in self.fields if n in self.open_fields)]

    def _described(self, name: str) -> dict:
        external = bool(self.fields.get(name, {}).get("externalId"))
        may_edit = name not in {"Id", *self.read_only}
        return {"name": name, "updateable": may_edit, "externalId": external}

    def _describe(self, request: Request, path: str) -> Response:
        return Response(200, {"fields": [self._described(name) for name in self._visible()]})

    def _make_field(self, request: Request, path: str) -> Response:
        body = request.json
        name = body["FullName"].removeprefix("Lead.")
        if not self.may_customize:
            return error(403, "INSUFFICIENT_ACCESS", "insufficient access rights on entity")
        if name in self.fields:
            text = f"There is already a field named {name} on Lead."
            return error(400, "DUPLICATE_DEVELOPER_NAME", text)
        self.fields[name] = body["Metadata"]
        return Response(201, {"id": "00N000000000001", "success": True, "errors": []})

    def _collection(self, request: Request, path: str) -> Response:
        rows = request.json["records"]
        key = path.rpartition("/")[2] or "id"
        if len(rows) > 200:
            return error(400, "EXCEEDED_MAX_SIZE_REQUEST", "Record limit reached.")
        if key != "id" and not self._is_external_id(key):
            text = f"Provided external ID field does not exist or is not accessible: {key}"
            return error(404, "NOT_FOUND", text)
        unknown = {n for r in rows for n in r} - {"attributes", "id", *self._visible()}
        if unknown:
            text = f"No such column '{min(unknown)}' on sobject of type Lead"
            return error(400, "INVALID_FIELD", text)
        results = []
        for row in rows:
            assert row.pop("attributes") == {"type": "Lead"}
            id_, code, text = self._save("Id" if key == "id" else key, row.pop(key), row)
            errors = [{"statusCode": code, "message": text, "fields": []}] if code else []
            results.append({"id": id_, "success": not code, "errors": errors})
        return Response(200, results)

    def _is_external_id(self, key: str) -> bool:
        return key in self._visible() and bool(self.fields.get(key, {}).get("externalId"))

    def _save(self, key: str, value: str, values: dict) -> tuple[str | None, str, str]:
        """Id of the record that took the values; or code and text of why none did."""
        by_id = [value] if value in self.records else []
        found = by_id if key == "Id" else self._ids.get(value, [])
        for code, text in self._refusals(key, value, found):
            return None, code, text
        for problem in map(self._problem, values, values.values()):
            if problem:
                return None, *problem
        self.records[found[0]].update(values)
        self.writes.append((found[0], values))
        return found[0], "", ""

    def _refusals(self, key: str, value: str, found: list[str]) -> Iterator[tuple[str, str]]:
        name = self.records[found[0]].get("Leadhouse_Id__c") if found else value
        if self.locked[name] > 0:
            self.locked[name] -= 1
            yield "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"
        if not found and value in self._deleted:
            yield "ENTITY_IS_DELETED", "entity is deleted"
        if not found and key == "Id":
            yield "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"
        if not found:
            yield "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]"
        if self.converted.intersection(found):
            yield "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"
        if len(found) > 1:
            yield "DUPLICATE_EXTERNAL_ID", f"{key}: more than one record found"

    def _problem(self, name: str, value: object) -> tuple[str, str] | None:
        type_ = self.fields.get(name, {}).get("type")
        if name in self.read_only:
            text = f"Unable to create/update fields: {name}. Please check the security settings."
            return "INVALID_FIELD_FOR_INSERT_UPDATE", text
        if value is not None and type_ == "Text" and len(str(value)) > 255:
            return "STRING_TOO_LONG", f"{name}: data value too large (max length=255)"
        if value is not None and type_ == "Number" and not isinstance(value, int | float):
            return "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{name}: value not of required type"
        return None

    def _query(self, request: Request, path: str) -> Response:
        asked = SOQL.fullmatch(request.query["q"])
        names = asked["names"].split(", ")
        values = re.findall(r"'((?:[^'\\]|\\.)*)'", asked["values"])
        wanted = {re.sub(r"\\(.)", r"\1", value) for value in values}
        unknown = set(names) - set(self._visible())
        if unknown:
            return error(400, "INVALID_FIELD", f"No such column '{min(unknown)}'")
        rows = [{"Id": id_, **values} for id_, values in self.records.items()]
        found = [
            {name: shown(row.get(name)) for name in names}
            for row in rows
            if row.get(asked["key"]) in wanted
        ]
        return Response(200, {"totalSize": len(found), "done": True, "records": found})

    def _job(self, request: Request, path: str) -> Response:
        id_, _, part = path.partition("/")
        if not id_:
            body = request.json
            job = Job(body["operation"], body.get("externalIdFieldName", "Id"))
            assert body["object"] == "Lead"
            self.jobs[f"750{next(self._count):012}"] = job
            return self._shown(next(reversed(self.jobs)))
        job = self.jobs[id_]
        if request.method == "PUT":
            job.data = request.body.decode()
            return Response(201)
        if request.method == "PATCH":
            job.state = request.json["state"]
        if request.method == "GET" and not part:
            job.polls += 1
            if job.polls > self.polls_needed:
                self._work_until(job)
        if part == "successfulResults":
            return table(["sf__Id", "sf__Created"], job.done)
        if part == "failedResults":
            return table(["sf__Id", "sf__Error"], job.failed)
        return self._shown(id_)

    def _shown(self, id_: str) -> Response:
        job = self.jobs[id_]
        return Response(
            200,
            {
                "id": id_,
                "state": job.state,
                "numberRecordsFailed": len(job.failed),
                "numberRecordsProcessed": len(job.done) + len(job.failed),
                "errorMessage": job.error,
            },
        )

    def _work_until(self, job: Job) -> None:
        """One after another: those before, too, of which nobody wants to know any more."""
        for other in self.jobs.values():
            if other.state == "UploadComplete":
                self._work(other)
            if other is job:
                return

    def _work(self, job: Job) -> None:
        rows = list(csv.DictReader(io.StringIO(job.data, newline="")))
        unknown = set(rows[0]) - {*self._visible()}
        if unknown:
            job.state, job.error = "Failed", f"InvalidBatch : Field name not found : {min(unknown)}"
            return
        job.state = "JobComplete"
        for row in rows:
            if self.skipped[row[job.key]] > 0:
                self.skipped[row[job.key]] -= 1
                if self.is_failing_on_skips:
                    job.state, job.error = "Failed", "ExceededQuota : day's records are used up"
                continue
            values = {n: self._cell(n, c) for n, c in row.items() if n != job.key and c != ""}
            id_, code, text = self._save(job.key, row[job.key], values)
            if code:
                job.failed.append({"sf__Id": "", "sf__Error": f"{code}:{text}:--", **row})
            else:
                job.done.append({"sf__Id": id_, "sf__Created": "false", **row})

    def _cell(self, name: str, cell: str) -> object:
        if cell == "#N/A":
            return None
        is_number = self.fields[name].get("type") == "Number"
        return float(cell) if is_number and re.fullmatch(r"-?[\d.]+", cell) else cell


def shown(value: object) -> object:
    """Salesforce shows a time otherwise than it was written."""
    is_time = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}Z", value)
    return f"{value[:-1]}.000+0000" if is_time else value


def error(status: int, code: str, text: str) -> Response:
    return Response(status, [{"errorCode": code, "message": text}])


def table(first: list[str], rows: list[dict]) -> Response:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else first, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Response(200, out.getvalue().encode(), "text/csv")
