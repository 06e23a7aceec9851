"""Days read one after another give what reading all at once gives, whatever comes on them."""

import json
import math
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.incremental.path import (
    COMPARED,
    INCREMENTAL,
    Build,
    EventPath,
    Input,
    days_after,
    rows,
)

START = datetime(2025, 3, 1)
LEADS = [f"l{number}" for number in range(1, 7)]
VISITORS = ["v1", "v2", "v3"]
EMAILS = ["ada@acme.com", "ada@acme.com", "bob@acme.com", None]

# Times lie on a coarse grid, so that they coincide; some are yet to come when they arrive.
times = st.integers(-8, 28).map(lambda quarter: days_after(START, quarter / 4))
delays = st.sampled_from([0, 0, 0.25, 3]).map(lambda days: timedelta(days=days))

events = st.fixed_dictionaries(
    {
        "event_id": st.integers(1, 25).map(lambda number: f"e{number}"),
        "who": st.sampled_from([(lead, None) for lead in LEADS] + [(None, one) for one in VISITORS])
        | st.just((None, None)),
        "occurred_at": times,
        "delay": delays | st.none(),
        "event_type": st.sampled_from(
            ["page_view", "page_view", "email_sent", "email_opened", "email_clicked", None]
        ),
        "topic": st.sampled_from(["pricing", None]),
        "session_id": st.sampled_from(["s1", "s2", None]),
        "value": st.sampled_from([1.5, None]),
    }
)
days = st.fixed_dictionaries(
    {
        "events": st.lists(events, min_size=2, max_size=10),
        # A file with the rows of an earlier one, under a name that comes before or after it.
        "repeated": st.none() | st.none() | st.integers(0, 9),
        "name": st.sampled_from(["a", "z"]),
        "leads": st.lists(
            st.tuples(st.sampled_from(LEADS), times, st.sampled_from(EMAILS)), max_size=3
        ),
        "identities": st.lists(
            st.tuples(st.sampled_from(VISITORS), st.sampled_from(LEADS), times), max_size=2
        ),
        "changes": st.lists(
            st.tuples(
                st.sampled_from(LEADS),
                st.sampled_from(
                    [("email", EMAILS[0]), ("email", EMAILS[2]), ("is_deleted", "true")]
                ),
                times,
            ),
            max_size=1,
        ),
        "is_skipped": st.sampled_from([False, False, False, True]),
        "as_of": st.none() | st.none() | times.filter(lambda moment: moment >= START),
        "dies_after": st.none() | st.none() | st.sampled_from(INCREMENTAL),
    }
)


def text_of(row: dict) -> str:
    return json.dumps({name: str(value) for name, value in row.items()})


def event_row(drawn: dict) -> dict:
    lead_id, anonymous_id = drawn["who"]
    row = {name: value for name, value in drawn.items() if name not in ("who", "delay")}
    row |= {"lead_id": lead_id, "anonymous_id": anonymous_id, "received_at": None}
    if drawn["delay"] is not None:
        row["received_at"] = drawn["occurred_at"] + drawn["delay"]
    return row | {"row_text": text_of(row), "unparsable_values": []}


def input_row(**columns: object) -> dict:
    return columns | {"unparsable_values": [], "source_file": "x", "row_text": text_of(columns)}


def arrive(input_: Input, number: int, day: dict) -> None:
    """What comes on a day lies there from then on, whether a build looks at it or not."""
    arrived = [event_row(event) for event in day["events"]]
    if day["repeated"] is not None and input_.files:
        names = list(input_.files)
        arrived += input_.files[names[day["repeated"] % len(names)]]
    if arrived:
        input_.files[f"events/{day['name']}{number}.csv"] = arrived
    leads = input_.tables.setdefault(
        "leads", [input_row(lead_id="l0", created_at=datetime(2025, 1, 1))]
    )
    leads += [
        input_row(lead_id=lead_id, created_at=created_at, email=email)
        for lead_id, created_at, email in day["leads"]
        if lead_id not in {row["lead_id"] for row in leads}
    ]
    input_.tables.setdefault("identities", []).extend(
        input_row(anonymous_id=visitor, lead_id=lead_id, identified_at=moment)
        for visitor, lead_id, moment in day["identities"]
    )
    input_.tables.setdefault("attribute_changes", []).extend(
        input_row(
            entity="lead", entity_id=lead_id, attribute=attribute, value=value, known_at=moment
        )
        for lead_id, (attribute, value), moment in day["changes"]
    )


def decayed(ledger: list[tuple]) -> dict[tuple, float]:
    terms: dict[tuple, list[float]] = {}
    for lead_id, signal, occurred_at, weight in ledger:
        age = (days_after(START, 60) - occurred_at) / timedelta(days=14)
        terms.setdefault((lead_id, signal), []).append(weight * 2**-age)
    return {key: math.fsum(values) for key, values in terms.items()}


@given(drawn=st.lists(days, min_size=2, max_size=6))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_day_by_day_is_all_at_once(path: EventPath, drawn: list[dict]) -> None:
    compare(path, drawn)


def test_an_email_that_comes_to_light_late_takes_the_answer_of_the_one_before(
    path: EventPath,
) -> None:
    def email(number: int, event_type: str, days: float) -> dict:
        return {
            "event_id": f"e{number}",
            "who": ("l0", None),
            "occurred_at": days_after(START, days),
            "delay": timedelta(),
            "event_type": event_type,
            "topic": None,
            "session_id": None,
            "value": None,
        }

    def day(name: str, *emails: dict) -> dict:
        nothing = dict.fromkeys(("repeated", "as_of", "dies_after"))
        return nothing | {
            "events": [*emails],
            "name": name,
            "leads": [],
            "identities": [],
            "changes": [],
            "is_skipped": False,
        }

    first = day("a", email(1, "email_sent", 0), email(2, "email_opened", 0.5))
    compare(path, [first, day("b", email(3, "email_sent", 0.25))])


def compare(path: EventPath, drawn: list[dict]) -> None:
    """Builds day by day and all at once, and compares all that comes out."""
    warehouse = path.warehouse()
    given_so_far = Input()
    for number, day in enumerate(drawn):
        arrive(given_so_far, number, day)
        if not day["is_skipped"]:
            build = Build(days_after(START, number), day["as_of"], day["dies_after"])
            path.build(warehouse, given_so_far, build)
    # The last run comes to its end.
    last = Build(days_after(START, len(drawn)), drawn[-1]["as_of"])
    path.build(warehouse, given_so_far, last)
    at_once = path.warehouse()
    path.build(at_once, given_so_far, last)
    for relation in COMPARED:
        assert rows(warehouse, relation) == rows(at_once, relation), relation
    entries = "(select lead_id, signal, occurred_at, weight from engagement_ledger)"
    sums = decayed(rows(at_once, entries))
    assert decayed(rows(warehouse, entries)) == pytest.approx(sums, abs=1e-9)
