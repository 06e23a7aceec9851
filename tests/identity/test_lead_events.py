"""Events given to leads by the models, against a look at each event by itself."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

START = datetime(2025, 1, 1)
DAYS = st.integers(0, 9).map(lambda day: START + timedelta(days=day))
# a and b are one person; d is deleted; e is a lead that nobody knows.
LEADS = [
    {"lead_id": "a", "created_at": START + timedelta(days=3), "email": "ann@acme.com"},
    {"lead_id": "b", "created_at": START + timedelta(days=8), "email": "ann@acme.com"},
    {"lead_id": "c", "created_at": START + timedelta(days=5), "email": "cid@acme.com"},
    {"lead_id": "d", "created_at": START, "email": "dan@acme.com", "is_deleted": True},
]
MERGED = {  # lead: the canonical one, and since when that is known
    "a": ("a", START + timedelta(days=3)),
    "b": ("a", START + timedelta(days=8)),
    "c": ("c", START + timedelta(days=5)),
}
VISITORS = st.sampled_from(["v", "w"])

IDENTITIES = st.lists(st.tuples(VISITORS, st.sampled_from("abcde"), DAYS), max_size=8, unique=True)
EVENTS = st.lists(
    st.tuples(st.one_of(st.none(), st.sampled_from("abcde")), VISITORS, DAYS, st.integers(0, 3)),
    max_size=12,
)


def expected_owner(event: dict, identities: list[dict]) -> tuple[str, datetime] | None:
    """The lead that the event belongs to, as named, and since when that is known."""
    if event["lead_id"]:
        return event["lead_id"], event["known_at"]
    proofs = sorted(
        (
            (proof["identified_at"], proof["lead_id"])
            for proof in identities
            if proof["anonymous_id"] == event["anonymous_id"]
        ),
        # Of two proofs at one moment, the lower lead counts.
        key=lambda proof: (proof[0], [-ord(letter) for letter in proof[1]]),
    )
    if not proofs:
        return None
    before = [proof for proof in proofs if proof[0] <= event["occurred_at"]]
    first_moment = [proof for proof in proofs if proof[0] == proofs[0][0]]
    identified_at, lead_id = before[-1] if before else first_moment[-1]
    return lead_id, max(event["known_at"], identified_at)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(IDENTITIES, EVENTS)
def test_each_event_belongs_to_whom_it_names_or_to_whom_its_visitor_was(
    identity, drawn_identities, drawn_events
):
    identities = [
        {"anonymous_id": visitor, "lead_id": lead, "identified_at": at, "known_at": at}
        for visitor, lead, at in drawn_identities
    ]
    events = [
        {
            "event_id": str(number),
            "lead_id": lead,
            "anonymous_id": visitor,
            "occurred_at": at,
            "known_at": at + timedelta(days=late),
        }
        for number, (lead, visitor, at, late) in enumerate(drawn_events)
    ]
    identity.run("int_lead_events", stg_leads=LEADS, stg_identities=identities, stg_events=events)
    expected = {}
    for event in events:
        source, known_at = expected_owner(event, identities) or (None, None)
        if source in MERGED:
            canonical, merged_at = MERGED[source]
            expected[event["event_id"]] = (canonical, source, max(known_at, merged_at))
    found = identity.query(
        "select event_id, lead_id, source_lead_id, known_at from int_lead_events"
    )
    assert {event_id: tuple(rest) for event_id, *rest in found} == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(IDENTITIES, EVENTS, DAYS)
def test_what_was_known_of_an_event_is_never_rewritten(
    identity, drawn_identities, drawn_events, as_of
):
    """What a later build says was known at a moment is what a build at that moment said."""
    identities = [
        {"anonymous_id": visitor, "lead_id": lead, "identified_at": at, "known_at": at}
        for visitor, lead, at in drawn_identities
    ]
    events = [
        {
            "event_id": str(number),
            "lead_id": lead,
            "anonymous_id": visitor,
            "occurred_at": at,
            "known_at": at + timedelta(days=late),
        }
        for number, (lead, visitor, at, late) in enumerate(drawn_events)
    ]
    leads = [lead | {"known_at": lead["created_at"]} for lead in LEADS]

    def known_events(cutoff: datetime) -> set[tuple]:
        identity.run(
            "int_lead_events",
            stg_leads=[row for row in leads if row["known_at"] <= cutoff],
            stg_identities=[row for row in identities if row["known_at"] <= cutoff],
            stg_events=[row for row in events if row["known_at"] <= cutoff],
        )
        return set(
            identity.query(
                "select event_id, lead_id, source_lead_id, known_at from int_lead_events "
                f"where known_at <= timestamp '{as_of}'"
            )
        )

    assert known_events(START + timedelta(days=365)) == known_events(as_of)


def test_a_device_that_many_share_is_nobodys_from_the_first_lead_too_many_on(identity):
    people = [{"lead_id": f"p{number:02}", "created_at": START} for number in range(30)]
    identity.run(
        "int_lead_events",
        stg_leads=people,
        stg_identities=[
            {
                "anonymous_id": "library",
                "lead_id": person["lead_id"],
                "identified_at": START + timedelta(days=day),
            }
            for day, person in enumerate(people)
        ],
        stg_events=[
            {
                "event_id": str(day),
                "anonymous_id": "library",
                "occurred_at": START + timedelta(days=day, hours=12),
                "known_at": START + timedelta(days=day, hours=12),
            }
            for day in range(30)
        ],
    )
    assert identity.query("select event_id, lead_id from int_lead_events order by lead_id") == [
        (str(day), f"p{day:02}") for day in range(20)
    ]
    assert identity.query("select valid_from from int_visitors where is_shared_device") == [
        (START + timedelta(days=20),)
    ]
