"""Mailchimp as a destination: merge fields and a tag of members that an audience has already.

Nobody is subscribed. The call that takes 500 members at once (`POST /lists/{id}`) adds those whom
the audience does not have, and sets the status of those whom it has, who may have unsubscribed a
moment ago. So each member is updated by `PATCH`, which never adds, and says nothing of a status;
many such calls go in one batch. See, below https://mailchimp.com/developer/marketing/:

- api/list-members/update-list-member/
- api/list-member-tags/add-or-remove-member-tags/
- docs/merge-fields/
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from leadhouse.syncing.destination import Answer, StopError, TryAgainError, Update, Value
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.mailchimp_client import Client, MailchimpSettings, Operation, Result
from leadhouse.syncing.settings import SettingsError

# It names the data centre, so where Mailchimp is called.
KEY = re.compile(r".+-[a-z]+\d+", re.ASCII)
ROUNDS = 3
TAG_LENGTH = 10
TAG = "leadhouse: "
TYPES = {"number": "number", "text": "text", "datetime": "text"}
WHAT_TO_DO = "run leadhouse sync --destination mailchimp --setup"


def from_environment() -> "Mailchimp":
    """Mailchimp as the environment variables `LEADHOUSE_MAILCHIMP_...` have it.

    Raises:
        SettingsError: one is missing or wrong.
    """
    settings = MailchimpSettings.from_environment()
    if not settings.url and not KEY.fullmatch(settings.api_key.get_secret_value()):
        raise SettingsError(
            "LEADHOUSE_MAILCHIMP_API_KEY does not end with a data centre (-us14, say): set the "
            "whole key, as Mailchimp shows it."
        )
    return Mailchimp(settings)


class Mailchimp:
    """A `Destination`: members of one audience, each known by the e-mail address.

    A lead that is no member is `missing`.
    """

    name = "mailchimp"
    batch_size = 1000
    # Mailchimp runs one batch after another.
    parallel_calls = 1

    def __init__(self, settings: MailchimpSettings) -> None:
        self._settings = settings
        self._list = f"/lists/{settings.list_id}"
        self._client = Client(settings)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        """Makes the merge fields that are not there yet; see `Destination.setup`.

        Raises:
            StopError: Mailchimp does not take one of the names, or the key.
            BatchRefusedError, TryAgainError: of the calls; setup may be run again.
        """
        for name in properties:
            if len(name) > TAG_LENGTH or name != name.upper():
                raise StopError(
                    f"Mailchimp takes merge tags of at most {TAG_LENGTH} capitals and digits: "
                    f"rename {name!r} in the seed crm_properties."
                )
        path = f"{self._list}/merge-fields"
        there = self._client.call("GET", path, params={"count": "1000"})
        types = {field["tag"]: field["type"] for field in there["merge_fields"]}
        sentences = []
        for name, field in properties.items():
            if name in types:
                sentences.append(f"Merge field {name} is there already, as {types[name]}.")
                continue
            shape = {"tag": name, "name": FIELDS[field].label, "type": TYPES[FIELDS[field].type]}
            # What is public, members see and change in the forms of the audience.
            self._client.call("POST", path, json=shape | {"public": False, "required": False})
            sentences.append(f"Merge field {name} made, as {shape['type']}.")
        return sentences

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        """Writes the updates; see `Destination.tell`. Twice is the same as once.

        The answers to the first batch show the tags that the members have; a second one is made
        for those whose tier has changed.
        """
        members = self._run([self._patch(update) for update in updates])
        answers = [
            self._answer(update, member) for update, member in zip(updates, members, strict=True)
        ]
        changes = {
            number: changes
            for number, (update, member) in enumerate(zip(updates, members, strict=True))
            if answers[number].status == "told" and (changes := self._tag_changes(update, member))
        }
        tagged = self._run(
            [
                Operation("POST", f"{self._member(updates[n])}/tags", body={"tags": tags})
                for n, tags in changes.items()
            ]
        )
        for number, result in zip(changes, tagged, strict=True):
            if result.status >= 300:
                answers[number] = _failure(result)
        return answers

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """The merge fields as they are in Mailchimp now; see `Destination.read`."""
        only = {"fields": "merge_fields"}
        members = self._run([Operation("GET", self._member(u), only) for u in updates])
        return [
            {name: _as_told(member.content.get("merge_fields", {}).get(name)) for name in names}
            if member.status < 300
            else {}
            for member in members
        ]

    def _member(self, update: Update) -> str:
        address = update.address.lower().encode()
        return f"{self._list}/members/{hashlib.md5(address, usedforsecurity=False).hexdigest()}"

    def _patch(self, update: Update) -> Operation:
        return Operation(
            "PATCH",
            self._member(update),
            # Or a member that lacks some other field, required since, could not be updated.
            {"skip_merge_validation": "true"},
            {"merge_fields": {n: _as_cell(value) for n, value in update.properties.items()}},
        )

    def _answer(self, update: Update, member: Result) -> Answer:
        if member.status >= 300:
            return _failure(member)
        # Mailchimp says nothing of a merge field that it does not know.
        unknown = set(update.properties) - set(member.content.get("merge_fields", {}))
        if unknown:
            raise StopError(f"The audience has no merge field {min(unknown)}: {WHAT_TO_DO}.")
        return Answer("told", member.content.get("contact_id"))

    def _tag_changes(self, update: Update, member: Result) -> list[dict[str, str]]:
        """What has to change for the member to have the tag of its tier, and no other of ours.

        A tag that is there already is left alone: to add it once more might set off a journey.
        """
        if self._settings.tag_from not in update.properties:
            return []
        tier = update.properties[self._settings.tag_from]
        wanted = set() if tier is None else {f"{TAG}{tier}"}
        tags = {tag["name"] for tag in member.content.get("tags", [])}
        ours = {name for name in tags if name.startswith(TAG)}
        return [
            *({"name": name, "status": "inactive"} for name in sorted(ours - wanted)),
            *({"name": name, "status": "active"} for name in wanted - ours),
        ]

    def _run(self, operations: Sequence[Operation]) -> Sequence[Result]:
        """The final answers to operations; what passes, or got none, is asked again."""
        results: dict[int, Result] = {}
        for _ in range(ROUNDS):
            left = [number for number in range(len(operations)) if number not in results]
            if not left:
                break
            # Asked for along with them: where it is missing, so is every member.
            audience = Operation("GET", self._list, {"fields": "id"})
            asked = [operations[number] for number in left]
            told_of_audience, *told = self._client.run([audience, *asked])
            self._check(told_of_audience)
            for number, result in zip(left, told, strict=True):
                if result and not result.is_temporary:
                    results[number] = result
        left = len(operations) - len(results)
        if left:
            raise TryAgainError(
                f"Mailchimp could not answer {left} of {len(operations)} calls, {ROUNDS} times."
            )
        return [results[number] for number in range(len(operations))]

    def _check(self, audience: Result | None) -> None:
        if audience is None or audience.is_temporary:
            raise TryAgainError("Mailchimp could not say whether it has the audience.")
        if audience.status >= 300:
            raise StopError(
                f"Mailchimp does not show the audience ({audience.problem}): check "
                "LEADHOUSE_MAILCHIMP_LIST_ID and LEADHOUSE_MAILCHIMP_API_KEY.",
                audience.status,
            )


def _failure(result: Result) -> Answer:
    if result.status == 404:
        return Answer("missing", text="The audience has no such member.")
    return Answer("refused", text=result.problem)


def _as_cell(value: Value) -> Value:
    return "" if value is None else value


def _as_told(value: Value) -> Value:
    return None if value == "" else value
