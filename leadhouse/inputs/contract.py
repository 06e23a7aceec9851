"""The input contract as data: the tables that a user hands over, their columns and types.

The one source of the raw views (`selects.py`), of the checks of what is handed over (`plan.py`) and
of the tests that hold `models/staging` and `docs/inputs.md` to it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, in a word for people."""

    TEXT = "text"
    TIME = "time"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "JSON"

    @property
    def sql_type(self) -> str:
        """The type in a raw view. JSON travels as the text that it is."""
        return _SQL_TYPES[self]


_SQL_TYPES = {
    Kind.TEXT: "varchar",
    Kind.TIME: "timestamp",
    Kind.NUMBER: "double",
    Kind.BOOLEAN: "boolean",
    Kind.JSON: "varchar",
}


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    `is_plain`: a text that is an id of the user's systems or a word of a list, and so tells those
    who do not know these systems nothing of a person.
    """

    name: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    is_plain: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    `takes_attributes`: its `x_` columns become features. `one_of`: one of these must be there.
    """

    name: str
    columns: tuple[Column, ...]
    is_required: bool = False
    takes_attributes: bool = False
    one_of: tuple[str, ...] = ()


def _required(name: str, kind: Kind = Kind.TEXT, *, is_plain: bool = False) -> Column:
    return Column(name, kind, is_required=True, is_plain=is_plain)


TABLES: tuple[Table, ...] = (
    Table(
        "leads",
        (
            _required("lead_id", is_plain=True),
            _required("created_at", Kind.TIME),
            Column("email"),
            Column("first_name"),
            Column("last_name"),
            Column("job_title"),
            Column("department"),
            Column("account_id", is_plain=True),
            Column("company_name"),
            Column("country"),
            Column("lead_source"),
            Column("campaign"),
            Column("owner_id", is_plain=True),
            Column("is_deleted", Kind.BOOLEAN),
        ),
        is_required=True,
        takes_attributes=True,
    ),
    Table(
        "accounts",
        (
            _required("account_id", is_plain=True),
            Column("name"),
            Column("domain"),
            Column("industry"),
            Column("employee_count", Kind.NUMBER),
            Column("annual_revenue", Kind.NUMBER),
            Column("founded_year", Kind.NUMBER),
            Column("country"),
            Column("technologies"),
            Column("funding_stage"),
            Column("last_funding_at", Kind.TIME),
            Column("known_at", Kind.TIME),
        ),
        takes_attributes=True,
    ),
    Table(
        "events",
        (
            _required("event_id", is_plain=True),
            _required("occurred_at", Kind.TIME),
            _required("event_type", is_plain=True),
            Column("lead_id", is_plain=True),
            Column("anonymous_id"),
            Column("received_at", Kind.TIME),
            Column("url"),
            Column("topic"),
            Column("session_id"),
            Column("duration_seconds", Kind.NUMBER),
            Column("value", Kind.NUMBER),
            Column("properties", Kind.JSON),
        ),
        is_required=True,
        one_of=("lead_id", "anonymous_id"),
    ),
    Table(
        "identities",
        (
            _required("anonymous_id"),
            _required("lead_id", is_plain=True),
            _required("identified_at", Kind.TIME),
        ),
    ),
    Table(
        "outcomes",
        (
            _required("lead_id", is_plain=True),
            _required("outcome", is_plain=True),
            _required("outcome_at", Kind.TIME),
            Column("deal_value", Kind.NUMBER),
            Column("currency", is_plain=True),
            Column("reason"),
        ),
        is_required=True,
    ),
    Table(
        "touches",
        (
            _required("touch_id", is_plain=True),
            _required("lead_id", is_plain=True),
            _required("touched_at", Kind.TIME),
            Column("channel", is_plain=True),
            Column("rep_id", is_plain=True),
            Column("is_holdout", Kind.BOOLEAN),
            Column("assignment_probability", Kind.NUMBER),
        ),
    ),
    Table(
        "feedback",
        (
            _required("lead_id", is_plain=True),
            _required("given_at", Kind.TIME),
            _required("verdict", is_plain=True),
            Column("rep_id", is_plain=True),
            Column("reason"),
        ),
    ),
    Table(
        "qualification",
        (
            _required("lead_id", is_plain=True),
            _required("answered_at", Kind.TIME),
            Column("budget"),
            Column("authority"),
            Column("need"),
            Column("timeline_days", Kind.NUMBER),
        ),
    ),
    Table(
        "notes",
        (
            _required("lead_id", is_plain=True),
            _required("noted_at", Kind.TIME),
            _required("text"),
            Column("kind", is_plain=True),
        ),
    ),
    Table(
        "attribute_changes",
        (
            _required("entity", is_plain=True),
            _required("entity_id", is_plain=True),
            _required("attribute", is_plain=True),
            # The column must be there; an empty value in it says that the attribute was cleared.
            _required("value"),
            _required("known_at", Kind.TIME),
        ),
    ),
)
