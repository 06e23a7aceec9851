"""A Mailchimp on loopback that keeps what it is told: one audience with members, fields and tags.

Batches of operations are worked when they are looked at, and their answers lie at an address that
takes no key; errors as Mailchimp's pages have them.
"""

import base64
import hashlib
import io
import itertools
import json
import re
import tarfile
from collections import Counter
from dataclasses import dataclass, field

from tests.syncing.loopback import LoopbackServer, Request, Response


@dataclass
class Member:
    email: str
    contact_id: str
    status: str = "subscribed"
    merge_fields: dict[str, object] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)


@dataclass
class Batch:
    operations: list[dict]
    status: str = "pending"
    polls: int = 0
    answers: list[dict] = field(default_factory=list)


class MailchimpServer(LoopbackServer):
    """Starts on entering, at `url`, and stops on leaving.

    Attributes:
        members: by the hash of their address.
        writes: address and merge fields, in the order in which they were written.
        fields: type of each merge field, by its tag.
        required: a merge field without which no member is updated, but for who asks to skip that.
        blocked: addresses that Mailchimp does not let be changed.
        busy: how often an operation on an address is one too many.
        unanswered: how often an operation on an address has no answer among the others.
        polls_needed: looks at a batch before it is done.
    """

    key = "0123456789abcdef-us14"
    list_id = "a1b2c3d4e5"

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, Member] = {}
        self.writes: list[tuple[str, dict]] = []
        self.fields: dict[str, str] = {}
        self.required: str | None = None
        self.blocked: set[str] = set()
        self.busy: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.polls_needed = 1
        self.batches: dict[str, Batch] = {}
        self.tag_calls: list[list[dict]] = []
        self._count = itertools.count(1)

    def add(self, email: str, **values: object) -> Member:
        """A member that is there before anything is told."""
        member = Member(email, f"contact{next(self._count)}", **values)
        self.members[hashlib.md5(email.lower().encode()).hexdigest()] = member  # noqa: S324
        return member

    def respond(self, request: Request) -> Response:
        path = request.path.removeprefix("/3.0")
        if path.startswith("/results/"):
            assert "Authorization" not in request.headers
            return Response(200, self._archive(path.removeprefix("/results/")), "application/gzip")
        wanted = base64.b64encode(f"leadhouse:{self.key}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return problem(401, "API Key Invalid", "Your API key may be invalid.")
        if path.startswith("/batches"):
            return self._batch(request, path.removeprefix("/batches").strip("/"))
        body = request.json if request.body else {}
        return Response(*self._operate(request.method, path, request.query, body))

    def _batch(self, request: Request, id_: str) -> Response:
        if request.method == "POST":
            id_ = f"batch{next(self._count)}"
            self.batches[id_] = Batch(request.json["operations"])
            return Response(200, {"id": id_, "status": "pending", "response_body_url": ""})
        batch = self.batches[id_]
        if request.method == "DELETE":
            batch.status = "deleted"
            return Response(204)
        batch.polls += 1
        if batch.polls > self.polls_needed:
            self._work_until(batch)
        url = f"{self.url}/results/{id_}" if batch.status == "finished" else ""
        return Response(200, {"id": id_, "status": batch.status, "response_body_url": url})

    def _work_until(self, batch: Batch) -> None:
        """One after another: those before, too, of which nobody wants to know any more."""
        for other in self.batches.values():
            if other.status == "pending":
                other.status = "finished"
                other.answers = [a for o in other.operations if (a := self._answer(o))]
            if other is batch:
                return

    def _answer(self, operation: dict) -> dict | None:
        hash_ = operation["path"].partition("/members/")[2].partition("/")[0]
        email = self.members[hash_].email if hash_ in self.members else ""
        if self.unanswered[email] > 0:
            self.unanswered[email] -= 1
            return None
        if self.busy[email] > 0:
            self.busy[email] -= 1
            status, content = 429, problem(429, "Too Many Requests", "Too many.").content
        else:
            status, content = self._operate(
                operation["method"],
                operation["path"],
                operation.get("params", {}),
                json.loads(operation.get("body", "{}")),
            )
        text = "" if content is None else json.dumps(content)
        id_ = operation["operation_id"]
        return {"status_code": status, "operation_id": id_, "response": text}

    def _archive(self, id_: str) -> bytes:
        """Two files, the later answers first: their order is not to be relied on."""
        answers = self.batches[id_].answers
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, part in (("b.json", answers[1:]), ("a.json", answers[:1])):
                content = json.dumps(part).encode()
                info = tarfile.TarInfo(f"./{name}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return out.getvalue()

    def _operate(self, method: str, path: str, params: dict, body: dict) -> tuple[int, object]:
        """Status and content of the answer to an operation, in a batch or on its own."""
        asked = re.fullmatch(rf"/lists/{self.list_id}(/merge-fields|/members/(\w+)(/tags)?)?", path)
        member = asked and self.members.get(asked[2])
        answers = {
            ("GET", None): lambda: (200, {"id": self.list_id}),
            ("GET", "merge-fields"): lambda: (200, {"merge_fields": self._shown_fields()}),
            ("POST", "merge-fields"): lambda: self._make_field(body),
            ("GET", "member"): lambda: (200, self._shown(member)),
            ("PATCH", "member"): lambda: self._patch(member, params, body),
            ("POST", "tags"): lambda: self._tag(member, body["tags"]),
        }
        if asked is None or (asked[2] and member is None):
            response = problem(404, "Resource Not Found", "The resource could not be found.")
            return response.status, response.content
        kind = "tags" if asked[3] else "member" if asked[2] else asked[1] and "merge-fields"
        return answers[method, kind]()

    def _shown_fields(self) -> list[dict]:
        return [{"tag": tag, "type": type_} for tag, type_ in self.fields.items()]

    def _make_field(self, body: dict) -> tuple[int, object]:
        assert body["public"] is False
        if body["tag"] in self.fields:
            response = problem(400, "Bad Request", f"Tag {body['tag']} exists already.")
            return response.status, response.content
        self.fields[body["tag"]] = body["type"]
        return 200, body

    def _patch(self, member: Member, params: dict, body: dict) -> tuple[int, object]:
        if member.email in self.blocked:
            text = f"{member.email.lower()} is in a compliance state."
            response = problem(400, "Member In Compliance State", text)
            return response.status, response.content
        values = {t: v for t, v in body["merge_fields"].items() if t in self.fields}
        wrong = [
            {"field": tag, "message": text}
            for tag, value in values.items()
            if (text := self._wrong(tag, value))
        ]
        if self.required not in {None, *member.merge_fields} and not params.get(
            "skip_merge_validation"
        ):
            wrong.append({"field": self.required, "message": "Please enter a value"})
        if wrong:
            response = problem(400, "Invalid Resource", "Your merge fields were invalid.", wrong)
            return response.status, response.content
        member.merge_fields.update(values)
        self.writes.append((member.email, values))
        member.status = body.get("status", member.status)
        return 200, self._shown(member)

    def _wrong(self, tag: str, value: object) -> str | None:
        if value == "":
            return None
        if self.fields[tag] == "number" and not isinstance(value, int | float):
            return "Please enter a number"
        return "Please enter at most 255 characters" if len(str(value)) > 255 else None

    def _tag(self, member: Member, tags: list[dict]) -> tuple[int, object]:
        self.tag_calls.append(tags)
        for tag in tags:
            if tag["status"] == "active":
                member.tags.append(tag["name"])
            else:
                member.tags.remove(tag["name"])
        return 204, None

    def _shown(self, member: Member) -> dict:
        return {
            "email_address": member.email,
            "contact_id": member.contact_id,
            "status": member.status,
            "merge_fields": dict.fromkeys(self.fields, "") | member.merge_fields,
            "tags": [{"id": n, "name": name} for n, name in enumerate(member.tags)],
        }


def problem(status: int, title: str, detail: str, errors: list[dict] | None = None) -> Response:
    type_ = "https://mailchimp.com/developer/marketing/docs/errors/"
    content = {"type": type_, "title": title, "status": status, "detail": detail}
    return Response(status, content | ({"errors": errors} if errors else {}))
