"""HubSpot: leads are contacts, known by their e-mail address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadhouse.syncing.destination import (
    Answer,
    BatchRefusedError,
    StopError,
    TryAgainError,
    Update,
    Value,
)
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.hubspot_calls import Calls, HubSpotSettings, check_properties_exist
from leadhouse.syncing.hubspot_shapes import (
    ADDRESSES,
    GROUP,
    TYPES,
    BatchAnswer,
    Listing,
    Property,
    Record,
    as_value,
    batch_input,
    property_definition,
)

Rows = Mapping[str, Update]  # by trace, the mark that a row bears in a request and its answer


def from_environment() -> "HubSpotDestination":
    """The destination as the environment variables LEADHOUSE_HUBSPOT_... set it.

    Raises:
        SettingsError: one is missing or wrong.
    """
    return HubSpotDestination(HubSpotSettings.from_environment())


class HubSpotDestination:
    """Tells HubSpot of leads: a `Destination`.

    Contacts are upserted by e-mail, at most 100 a call
    (https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide). HubSpot
    promises errors for single rows (207) for batches of creations only; a batch of upserts by
    e-mail may be refused whole for one row. So an answer that leaves a row open counts as a refusal
    of the batch, and the row gets its answer when it is sent alone.
    """

    name = "hubspot"
    batch_size = 100

    def __init__(self, settings: HubSpotSettings) -> None:
        self.parallel_calls = settings.parallel_calls
        self._calls = Calls(settings)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        """Makes the group and the properties that are not there yet; see `Destination.setup`.

        Raises:
            StopError: a property is there with another type, or HubSpot does not take one.
            TryAgainError: nothing is lost; setup may be run again.
        """
        calls = self._calls
        groups = calls.call(Listing, calls.groups.get_all, "contacts").results
        present = calls.call(Listing, calls.properties.get_all, "contacts").results
        types = {found.name: found.type for found in present}
        for name, field in properties.items():
            wanted, _ = TYPES[FIELDS[field].type]
            if types.get(name, wanted) != wanted:
                raise StopError(
                    f"HubSpot has a property {name} of type {types[name]}, but {field} needs the "
                    f"type {wanted}: give {field} another property in the seed crm_properties."
                )
        said = []
        if GROUP not in {group.name for group in groups}:
            self._make(calls.groups.create, {"name": GROUP, "label": "Leadhouse"})
            said.append(f"The property group {GROUP} was made.")
        for name, field in properties.items():
            if name in types:
                said.append(f"The property {name} was there already.")
            else:
                self._make(calls.properties.create, property_definition(name, field))
                said.append(f"The property {name} was made.")
        return said

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        """Writes the updates; see `Destination.tell`. Twice is the same as once.

        Leads that are leaving come first: if a person has given the record of one to a lead that
        stays, the values of that lead stand at the end.
        """
        rows = {str(number): update for number, update in enumerate(updates)}
        answers = self._empty({trace: row for trace, row in rows.items() if row.is_leaving})
        answers |= self._upsert({trace: row for trace, row in rows.items() if not row.is_leaving})
        return [answers[trace] for trace in rows]

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """The properties as they are in HubSpot now; see `Destination.read`.

        Takes `batch_size` updates at most. Numbers come as numbers where the update has one.
        """
        rows = {str(number): update for number, update in enumerate(updates)}
        found = self._find(rows, names)
        return [
            {
                name: as_value(found[trace].properties.get(name), row.properties.get(name))
                for name in names
            }
            if trace in found
            else {}
            for trace, row in rows.items()
        ]

    def _make(self, create: Callable[..., Any], thing: dict) -> None:
        try:
            self._calls.call(Property, create, "contacts", thing)
        except BatchRefusedError as error:
            raise StopError(f"{thing['name']} cannot be made. {error}", 400) from None

    def _upsert(self, rows: Rows) -> dict[str, Answer]:
        def trace_of(record: Record) -> str | None:
            return next((traces[a] for a in record.addresses() if a in traces), None)

        traces = {row.address.lower(): trace for trace, row in rows.items()}
        inputs = [
            batch_input(trace, row.address, row.properties) | {"idProperty": "email"}
            for trace, row in rows.items()
        ]
        return self._write(self._calls.contacts.upsert, inputs, rows, trace_of)

    def _empty(self, rows: Rows) -> dict[str, Answer]:
        """Updates the records of leads that are leaving, where they are there.

        By record id: HubSpot takes no address for this
        (https://github.com/HubSpot/hubspot-api-nodejs/issues/548). They are looked up first, since
        an update is silent about ids that are not there.
        """
        found = self._find(rows, ())
        there = {trace: row for trace, row in rows.items() if trace in found}
        traces = {found[trace].id: trace for trace in there}
        inputs = [
            batch_input(trace, found[trace].id, row.properties) for trace, row in there.items()
        ]
        answers = self._write(
            self._calls.contacts.update, inputs, there, lambda record: traces.get(record.id)
        )
        missing = Answer("missing", text="HubSpot has no such contact (any more).")
        return dict.fromkeys(rows, missing) | answers

    def _write(
        self,
        method: Callable[..., Any],
        inputs: Sequence[dict],
        rows: Rows,
        trace_of: Callable[[Record], str | None],
    ) -> dict[str, Answer]:
        """Upserts or updates a batch, and finds the answer to each row.

        Args:
            trace_of: finds the row of a record without a trace id.
        """
        if not rows:
            return {}
        try:
            said = self._calls.call(BatchAnswer, method, {"inputs": inputs})
        except BatchRefusedError as error:
            if len(rows) > 1:
                raise
            status = "missing" if error.http_status == 404 else "refused"
            return dict.fromkeys(rows, Answer(status, text=str(error)))
        answers = {}
        # As many records as rows: each was written, also one found by an address not shown here.
        if len(said.results) == len(rows):
            answers = {trace: Answer("told") for trace in rows}
        for record in said.results:
            answers[record.trace or trace_of(record)] = Answer("told", record.id)
        for problem in said.errors:
            check_properties_exist(problem.message)
            named = problem.context.get("objectWriteTraceId") or (rows if len(rows) == 1 else ())
            if problem.category == "VALIDATION_ERROR":
                answers |= dict.fromkeys(named, Answer("refused", text=problem.message))
        open_rows = rows.keys() - answers.keys()
        if open_rows:
            reasons = "; ".join(sorted({problem.message for problem in said.errors}))
            error = BatchRefusedError if len(rows) > 1 else TryAgainError
            raise error(f"HubSpot left {len(open_rows)} of {len(rows)} rows open. {reasons}", 207)
        return {trace: answers[trace] for trace in rows}

    def _find(self, rows: Rows, names: Sequence[str]) -> dict[str, Record]:
        """The records of leads, as they are in HubSpot.

        Leads that stay are found by address, as an upsert finds them; those that leave by record
        id, where there is one. A record that was merged into another counts as not there: HubSpot
        gives the other one for its id, but what stands in that one is another lead's
        (https://community.hubspot.com/t5/APIs-Integrations/Question-about-using-batch-read-API/m-p/1101616).
        """
        ids, addresses = {}, {}
        for trace, row in rows.items():
            if row.is_leaving and row.record_id:
                ids[trace] = row.record_id
            else:
                addresses[trace] = row.address.lower()
        by_id = {record.id: record for record in self._read(ids, names, {})}
        by_address = {
            address: record
            for record in self._read(addresses, names, {"idProperty": "email"})
            for address in record.addresses()
        }
        found = {trace: by_id.get(id_) for trace, id_ in ids.items()}
        found |= {trace: by_address.get(address) for trace, address in addresses.items()}
        return {trace: record for trace, record in found.items() if record}

    def _read(self, sought: Mapping[str, str], names: Sequence[str], by: dict) -> Sequence[Record]:
        keys = set(sought.values())
        if not keys:
            return []
        body = {
            "inputs": [{"id": key} for key in sorted(keys)],
            "properties": [*names, *ADDRESSES],
            "propertiesWithHistory": [],
        }
        try:
            said = self._calls.call(BatchAnswer, self._calls.contacts.read, body | by)
        except BatchRefusedError as error:
            if error.http_status == 404 and len(keys) == 1:
                return []
            raise
        for problem in said.errors:
            if problem.category != "OBJECT_NOT_FOUND":
                raise TryAgainError(f"HubSpot could not read all: {problem.message}", 207)
        return said.results
