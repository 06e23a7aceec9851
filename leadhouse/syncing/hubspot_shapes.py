"""What goes to HubSpot and comes back, as far as a sync needs it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from leadhouse.syncing.destination import Value
from leadhouse.syncing.fields import FIELDS

GROUP = "leadhouse"
ADDRESSES = ("email", "hs_additional_emails")
# Of a field's type: HubSpot's type, and how the property shows.
TYPES = {
    "number": ("number", "number"),
    "text": ("string", "text"),
    "datetime": ("datetime", "date"),
}


class Record(BaseModel):
    """A contact in an answer. `trace` is the input's own mark, where HubSpot gives it back."""

    id: str
    properties: dict[str, str | None] = {}
    trace: str | None = Field(None, alias="objectWriteTraceId")

    def addresses(self) -> list[str]:
        """Its e-mail addresses: contacts that were merged leave one with several, `;` between."""
        texts = (self.properties.get(name) or "" for name in ADDRESSES)
        return [address for address in ";".join(texts).lower().split(";") if address]


class Problem(BaseModel):
    """An error in an answer that is else a success (207). Each field may be missing."""

    category: str = ""
    message: str = "it gave no reason"
    context: dict[str, list[str]] = {}


class BatchAnswer(BaseModel):
    """What came of a batch."""

    status: Literal["COMPLETE"]
    results: list[Record]
    errors: list[Problem] = []


class Property(BaseModel):
    """A property, or a group of properties, as it is in HubSpot."""

    name: str
    type: str = ""


class Listing(BaseModel):
    """All properties, or all groups."""

    results: list[Property]


def batch_input(trace: str, key: str, properties: Mapping[str, Value]) -> dict:
    """A row of a batch: `trace` marks it in the answer, `key` is a record id or an address."""
    values = {name: as_text(value) for name, value in properties.items()}
    return {"objectWriteTraceId": trace, "id": key, "properties": values}


def property_definition(name: str, field: str) -> dict:
    """A property to be made for a field (`leadhouse.syncing.fields`)."""
    told = FIELDS[field]
    type_, shown_as = TYPES[told.type]
    return {
        "groupName": GROUP,
        "name": name,
        "label": told.label,
        "description": told.description,
        "type": type_,
        "fieldType": shown_as,
        # Nobody is to fill it in on a web form.
        "formField": False,
    }


def as_text(value: Value) -> str:
    """A value as HubSpot takes it: always text, the empty one empties a property.

    Times in UTC (`2026-01-31T07:00:00Z`) are taken as they are.
    Source: https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(Decimal(repr(value)), "f")


def as_value(text: str | None, like: Value) -> Value:
    """A value that HubSpot gave, as a number or a boolean where `like` is one."""
    if not text:
        return None
    if isinstance(like, bool):
        return text == "true"
    if isinstance(like, int | float):
        try:
            return float(text)
        except ValueError:
            return text
    return text
