"""Salesforce as a destination: leads (or contacts) by external id, in collections or bulk jobs.

Few rows go by one call that answers for each, in their order. Many go by one job of the Bulk API
2.0, whose results are found again by the key column; what is in neither result was not processed.
See, below https://developer.salesforce.com/docs/atlas.en-us.

- api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm
- api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
- api_asynch.meta/api_asynch/how_requests_are_processed.htm
- api_asynch.meta/api_asynch/datafiles_prepare_csv.htm (`#N/A` empties a field)
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from simple_salesforce.format import format_soql

from leadhouse.syncing.destination import Answer, StopError, TryAgainError, Update, Value
from leadhouse.syncing.salesforce_client import TEMPORARY, WHAT_TO_DO, Client, SalesforceSettings
from leadhouse.syncing.salesforce_setup import set_up
from leadhouse.syncing.settings import SettingsError

Row = Mapping[str, Value]

# Salesforce itself waits ten seconds for the lock of a row, so there is no need to wait here.
ROUNDS = 3
NO_RECORD = {"CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"}
MISSING = Answer("missing", text="Salesforce has no such record.")
# Keeps the query below the 16,000 characters that an address may have.
IDS_PER_QUERY = 200
WHOLE_SECOND = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.000\+0000")


def from_environment() -> "Salesforce":
    """Salesforce as the environment variables `LEADHOUSE_SALESFORCE_...` have it.

    Raises:
        SettingsError: one is missing or wrong.
    """
    settings = SalesforceSettings.from_environment()
    if not settings.access_token and not (settings.consumer_key and settings.consumer_secret):
        raise SettingsError(
            "Set LEADHOUSE_SALESFORCE_CONSUMER_KEY and LEADHOUSE_SALESFORCE_CONSUMER_SECRET, or "
            "LEADHOUSE_SALESFORCE_ACCESS_TOKEN for a trial; docs/salesforce.md tells of each."
        )
    return Salesforce(settings)


class Salesforce:
    """A `Destination`: records of one object, each known by the value of a key field.

    By an external id a record is made where there is none; by `Id` none ever is.
    """

    name = "salesforce"
    # Salesforce takes a job apart into batches of so many rows.
    batch_size = 10_000
    # Jobs that run side by side wait for each other's locks.
    parallel_calls = 1

    def __init__(self, settings: SalesforceSettings, client: Client | None = None) -> None:
        self._settings = settings
        self._client = client or Client(settings)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        """Makes the fields that are not there yet; see `Destination.setup`.

        Raises:
            StopError: says what only an admin can do; then setup is to be run again.
            BatchRefusedError, TryAgainError: of the calls; it may be run again.
        """
        return set_up(self._client, self._settings, properties)

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        """Writes the updates; see `Destination.tell`. Twice is the same as once."""
        key = self._settings.external_id
        staying = {u.address: u for u in updates if not u.is_leaving}
        ids = self._record_ids([u for u in updates if u.is_leaving])
        leaving = {ids[u.address]: u for u in updates if u.is_leaving and u.address in ids}
        # Emptied first: if a person gave the record to another lead, that one's values stand.
        emptied = self._write("Id", {id_: self._row(u) for id_, u in leaving.items()})
        told = self._write(key, {value: self._row(u) for value, u in staying.items()})
        return [
            emptied.get(ids.get(u.address), MISSING) if u.is_leaving else told[u.address]
            for u in updates
        ]

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """The fields as they are in Salesforce now; see `Destination.read`."""
        found = self._query([u.address for u in updates], names)
        return [
            {name: _as_told(found[u.address].get(name)) for name in names}
            if u.address in found
            else {}
            for u in updates
        ]

    def _row(self, update: Update) -> Row:
        """Without the key field, which is never emptied: the record could not be found again."""
        key = self._settings.external_id
        return {name: value for name, value in update.properties.items() if name != key}

    def _record_ids(self, leaving: Sequence[Update]) -> dict[str, str]:
        """Address to record id, of leads that are leaving, as far as there are records."""
        if self._settings.external_id == "Id":
            return {u.address: u.address for u in leaving}
        known = {u.address: u.record_id for u in leaving if u.record_id}
        found = self._query([u.address for u in leaving if not u.record_id], [])
        return known | {address: record["Id"] for address, record in found.items()}

    def _query(self, addresses: Sequence[str], names: Sequence[str]) -> dict[str, Mapping]:
        """The records with these values in the key field."""
        key = self._settings.external_id
        columns = ", ".join(dict.fromkeys(["Id", key, *names]))
        found = {}
        for start in range(0, len(addresses), IDS_PER_QUERY):
            soql = format_soql(
                "select {:literal} from {:literal} where {:literal} in {}",
                columns,
                self._settings.object,
                key,
                list(addresses[start : start + IDS_PER_QUERY]),
            )
            with self._client.calling() as salesforce:
                found |= {row[key]: row for row in salesforce.query_all(soql)["records"]}
        return found

    def _write(self, key: str, rows: Mapping[str, Row]) -> dict[str, Answer]:
        """Writes rows (key value to row), and those again that a passing fault kept from it."""
        answers: dict[str, Answer] = {}
        for _ in range(ROUNDS):
            left = {value: row for value, row in rows.items() if value not in answers}
            if not left:
                return answers
            send = self._by_job if len(left) > self._settings.bulk_above else self._by_collection
            answers |= send(key, left)
        left = len(rows) - len(answers)
        if left:
            raise TryAgainError(
                f"{left} of {len(rows)} records were locked or not processed, {ROUNDS} times over."
            )
        return answers

    def _by_collection(self, key: str, rows: Mapping[str, Row]) -> dict[str, Answer]:
        """At most 200 rows."""
        kind = self._settings.object
        path, field = ("", "id") if key == "Id" else (f"/{kind}/{key}", key)
        records = [
            {"attributes": {"type": kind}, **row, field: value} for value, row in rows.items()
        ]
        with self._client.calling() as salesforce:
            results = salesforce.restful(
                f"composite/sobjects{path}",
                method="PATCH",
                json={"allOrNone": False, "records": records},
            )
            return _definite(
                (value, _result(result)) for value, result in zip(rows, results, strict=True)
            )

    def _by_job(self, key: str, rows: Mapping[str, Row]) -> dict[str, Answer]:
        """Any number of rows, in one job of the Bulk API."""
        records = [
            {key: value, **{name: _as_cell(cell) for name, cell in row.items()}}
            for value, row in rows.items()
        ]
        with self._client.calling() as salesforce:
            bulk = getattr(salesforce.bulk2, self._settings.object)
            # There is no public way to say how long to wait; a day is the client's default.
            bulk._client.DEFAULT_WAIT_TIMEOUT_SECONDS = self._settings.longest_job_seconds
            wait = self._settings.poll_seconds
            jobs = (
                bulk.update(records=records, wait=wait)
                if key == "Id"
                else bulk.upsert(records=records, external_id_field=key, wait=wait)
            )
            answers = {}
            for job in jobs:
                for row in _rows(bulk.get_successful_records(job["job_id"])):
                    answers[row[key]] = Answer("told", row["sf__Id"])
                if job["numberRecordsFailed"]:
                    for row in _rows(bulk.get_failed_records(job["job_id"])):
                        code, _, text = row["sf__Error"].partition(":")
                        answers[row[key]] = _failure(code, text)
            return _definite(answers.items())


def _result(result: Mapping) -> Answer | None:
    if result["success"]:
        return Answer("told", result["id"])
    error = result["errors"][0]
    return _failure(error["statusCode"], error["message"])


def _failure(code: str, text: str) -> Answer | None:
    """The answer about a row that was not written; None if it may be the next time.

    Raises:
        StopError: no row would be.
    """
    if code == "INVALID_FIELD_FOR_INSERT_UPDATE":
        # Not the row's fault but that of the user's rights, so it would be every row's.
        raise StopError(f"Salesforce does not let the user write ({code}: {text}): {WHAT_TO_DO}.")
    if code in TEMPORARY:
        return None
    if code in NO_RECORD:
        return Answer("missing", text=f"{code}: {text}")
    return Answer("refused", text=f"{code}: {text}")


def _definite(answers: Iterable[tuple[str, Answer | None]]) -> dict[str, Answer]:
    return {value: answer for value, answer in answers if answer}


def _rows(text: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(io.StringIO(text, newline=""))


def _as_cell(value: Value) -> Value:
    """A value as a job takes it, which passes over a cell with nothing in it."""
    return "#N/A" if value in {None, ""} else value


def _as_told(value: Value) -> Value:
    """A value as it is told: Salesforce writes times with milliseconds and an offset."""
    whole = WHOLE_SECOND.fullmatch(value) if isinstance(value, str) else None
    return f"{whole[1]}Z" if whole else value
