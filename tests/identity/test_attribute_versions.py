"""The versions of attributes, against what a reader of all facts would have said at each moment."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

START = datetime(2025, 1, 1)
ALWAYS = datetime(1970, 1, 1)
ATTRIBUTES = ["job_title", "country", "x_plan"]
DAYS = st.integers(0, 8).map(lambda day: START + timedelta(days=day))
VALUES = st.sampled_from([None, "one", "two"])

# Leads of two people, named by the letter that they begin with; each lead with its values.
LEADS = st.lists(
    st.tuples(st.sampled_from("ab"), DAYS, st.tuples(*[VALUES] * len(ATTRIBUTES))),
    min_size=1,
    max_size=5,
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(ATTRIBUTES), DAYS, VALUES),
    max_size=8,
    unique_by=lambda change: change[:3],
)


def known(leads: list[dict], changes: list[dict], person: str, moment: datetime) -> tuple | None:
    """What was known of a person: the words of the first lead, gaps filled from the others."""
    order = sorted(
        (lead for lead in leads if lead["person"] == person),
        key=lambda lead: (lead["created_at"], lead["lead_id"]),
    )
    if not order or order[0]["created_at"] > moment:
        return None
    canonical = order[0]["lead_id"]

    def last_word(attribute: str, *, of_canonical: bool) -> str | None:
        told = []
        for lead in order:
            if (lead["lead_id"] == canonical) != of_canonical or lead["created_at"] > moment:
                continue
            history = [
                change
                for change in changes
                if (change["entity_id"], change["attribute"]) == (lead["lead_id"], attribute)
            ]
            if not history and lead[attribute] is not None:
                told.append((lead["created_at"], ALWAYS, lead["lead_id"], lead[attribute]))
            told += [
                (
                    max(change["known_at"], lead["created_at"]),
                    change["known_at"],
                    lead["lead_id"],
                    change["value"],
                )
                for change in history
                if change["known_at"] <= moment
            ]
        return max(told, key=lambda word: word[:3])[3] if told else None

    return tuple(
        last_word(attribute, of_canonical=True) or last_word(attribute, of_canonical=False)
        for attribute in ATTRIBUTES
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEADS, CHANGES)
def test_each_version_says_what_was_known_then(identity, drawn_leads, drawn_changes):
    leads = [
        {"lead_id": f"{person}{number}", "person": person, "created_at": at}
        | dict(zip(ATTRIBUTES, values, strict=True))
        for number, (person, at, values) in enumerate(drawn_leads)
    ]
    changes = [
        {
            "entity": "lead",
            "entity_id": leads[number % len(leads)]["lead_id"],
            "attribute": attribute,
            "known_at": at,
            "value": value,
        }
        for number, attribute, at, value in drawn_changes
    ]
    changes = list({tuple(change.values())[1:4]: change for change in changes}.values())
    identity.run(
        "int_lead_versions",
        stg_leads=[
            lead
            | {
                "email": f"{lead['person']}@acme.com",
                "x_attributes": [("x_plan", lead["x_plan"])] if lead["x_plan"] else [],
            }
            for lead in leads
        ],
        stg_attribute_changes=changes,
    )
    for day in range(9):
        moment = START + timedelta(days=day)
        found = identity.query(
            "select email[1], job_title, country, x_attributes['x_plan'] from int_lead_versions "
            f"where timestamp '{moment}' >= valid_from "
            f"and timestamp '{moment}' < coalesce(valid_to, timestamp 'infinity')"
        )
        expected = {person: known(leads, changes, person, moment) for person in "ab"}
        assert {person: tuple(rest) for person, *rest in found} == {
            person: values for person, values in expected.items() if values
        }
