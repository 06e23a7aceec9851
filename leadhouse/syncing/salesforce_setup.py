"""Makes the custom fields at Salesforce, and says what only an admin can do there.

Fields are made by the Tooling API; one that nobody was given access to is there, but shows to no
one, not even in a description of the object:

- https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
- https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_fieldpermissions.htm
"""

from collections.abc import Mapping, Sequence
from typing import Any

from leadhouse.syncing.destination import BatchRefusedError, StopError
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.salesforce_client import Client, SalesforceSettings

DECIMALS = {"conversion_probability": 4}
EXTERNAL_ID = {
    "label": "Leadhouse id",
    "description": "The lead's id in Leadhouse, by which it is found.",
    "type": "Text",
    "length": 255,
    "externalId": True,
    "unique": True,
    "caseSensitive": True,
}


def set_up(
    client: Client, settings: SalesforceSettings, properties: Mapping[str, str]
) -> Sequence[str]:
    """Makes the fields that are not there yet, the external id among them.

    Returns:
        a sentence for each field.

    Raises:
        StopError: a field can't be made, or is not to be seen; says what an admin has to do.
        BatchRefusedError, TryAgainError: of the calls.
    """
    wanted = {name: _custom_field(field) for name, field in properties.items()}
    if settings.external_id != "Id":
        wanted[settings.external_id] = EXTERNAL_ID
    there = _fields(client, settings)
    sentences = [f"{settings.object}.{name} is there already." for name in wanted if name in there]
    refused = {}
    for name, metadata in wanted.items():
        if name not in there:
            problem = _make(client, f"{settings.object}.{name}", metadata)
            if problem:
                refused[f"{name} ({_kind(metadata)})"] = problem
            else:
                sentences.append(f"{settings.object}.{name} made.")
    if refused:
        raise StopError(
            f"An admin has to make these fields of {settings.object}: {', '.join(refused)}. "
            f"{' '.join(sorted(set(refused.values())))}"
        )
    there = _fields(client, settings)
    closed = [name for name in wanted if not there.get(name, {}).get("updateable")]
    if closed:
        raise StopError(
            f"The user of the sync needs access to read and edit these fields of {settings.object}:"
            f" {', '.join(closed)}. Give it in a permission set (docs/salesforce.md), then run the "
            "setup again."
        )
    if settings.external_id in wanted and not there[settings.external_id]["externalId"]:
        raise StopError(
            f"{settings.object}.{settings.external_id} is no external id: tick External ID and "
            "Unique at the field, or name another with LEADHOUSE_SALESFORCE_EXTERNAL_ID."
        )
    return sentences


def _custom_field(name: str) -> dict[str, Any]:
    """The metadata of the field for one of ours."""
    field = FIELDS[name]
    shape = {
        "text": {"type": "Text", "length": 255},
        "number": {"type": "Number", "precision": 18, "scale": DECIMALS.get(name, 1)},
        "datetime": {"type": "DateTime"},
    }
    return {"label": field.label, "description": field.description, **shape[field.type]}


def _fields(client: Client, settings: SalesforceSettings) -> dict[str, Mapping[str, Any]]:
    """The fields of the object that the sync's user sees, by name."""
    with client.calling() as salesforce:
        described = getattr(salesforce, settings.object).describe()
        return {field["name"]: field for field in described["fields"]}


def _make(client: Client, full_name: str, metadata: Mapping[str, Any]) -> str | None:
    """Why the field can't be made; None if it is there now."""
    try:
        with client.calling() as salesforce:
            salesforce.toolingexecute(
                "sobjects/CustomField", "POST", {"FullName": full_name, "Metadata": metadata}
            )
    except (BatchRefusedError, StopError) as error:
        return None if "DUPLICATE_DEVELOPER_NAME" in str(error) else str(error)
    return None


def _kind(metadata: Mapping[str, Any]) -> str:
    """A field's type, as an admin is asked for it."""
    size = metadata.get("length") or metadata.get("scale")
    return f"{metadata['type']} {size}" if size else metadata["type"]
