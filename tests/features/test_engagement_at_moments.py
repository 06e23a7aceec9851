"""The one-pass running sums of engagement_at_moments against sums taken entry by entry."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Warehouse

AS_OF = datetime(2026, 1, 1)
HALF_LIVES = (3, 14, 60)
WINDOWS = (1, 7, 30, 90)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    entity: int
    signal: int
    occurred_at: datetime
    known_at: datetime
    weight: float


@dataclass(frozen=True, order=True)
class Moment:
    entity: int
    moment_at: datetime
    known_until: datetime | None = None


def by_hand(entries: list[Entry], at: Moment) -> dict[str, object] | None:
    """All measures of one entity's signal at a moment, from their definitions."""
    moment = at.moment_at
    known = [e for e in entries if e.known_at <= min(moment, at.known_until or moment)]
    if not known:
        return None
    measures: dict[str, object] = {
        f"count_{days}d": sum(e.occurred_at > moment - days * DAY for e in known)
        for days in WINDOWS
    }
    for half_life in HALF_LIVES:
        measures[f"decayed_{half_life}d"] = math.fsum(
            e.weight * 2.0 ** (-((moment - e.occurred_at) / DAY) / half_life) for e in known
        )
    measures["total"] = math.fsum(e.weight for e in known)
    measures["first_at"] = min(e.occurred_at for e in known)
    measures["last_at"] = max(e.occurred_at for e in known)
    return measures


@pytest.fixture(scope="module", params=["7", "none"])
def engagement_sql(request, tmp_path_factory) -> str:
    jinja = """
        {%- set as_of = "timestamp '2026-01-01'" %}
        with ledger as (
            select
                *
                {%- for measure in measures() if measure.kind == "decay" %},
                weight * {{ forward_weight(
                    "occurred_at", decay_landmark(as_of, measure.days), measure.days
                ) }} as forward_{{ measure.column }}
                {%- endfor %}
            from entries_of_entities
        ),
        {{ engagement_at_moments("ledger", "spine", "entity_id", STEP_DAYS, as_of) }}
        select * from engagement_at_moments
    """
    folder = tmp_path_factory.mktemp("compile")
    return Warehouse(folder).compile(jinja.replace("STEP_DAYS", request.param))


def in_one_pass(
    sql: str, entries: list[Entry], spine: list[Moment]
) -> dict[tuple[int, int], dict[str, object]]:
    """What the macro gives, by (spine_id, signal_number)."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table entries_of_entities (entity_id int, signal_number utinyint,"
            " occurred_at timestamp, known_at timestamp, weight double)"
        )
        if entries:
            connection.executemany(
                "insert into entries_of_entities values (?, ?, ?, ?, ?)",
                [(e.entity, e.signal, e.occurred_at, e.known_at, e.weight) for e in entries],
            )
        connection.execute(
            "create table spine"
            " (spine_id int, entity_id int, moment_at timestamp, known_until timestamp)"
        )
        connection.executemany(
            "insert into spine values (?, ?, ?, ?)",
            [(number, m.entity, m.moment_at, m.known_until) for number, m in enumerate(spine)],
        )
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row.pop("spine_id"), row.pop("signal_number")): row for row in rows}


def largest_error(sql: str, entries: list[Entry], spine: list[Moment]) -> float:
    """The largest relative error of a decayed sum; everything else must be equal."""
    found = in_one_pass(sql, entries, spine)
    worst = 0.0
    for number, at in enumerate(spine):
        for signal in (1, 2):
            own = [e for e in entries if (e.entity, e.signal) == (at.entity, signal)]
            expected = by_hand(own, at)
            got = found.pop((number, signal), None)
            if expected is None:
                assert got is None
                continue
            assert got is not None
            for name, value in expected.items():
                if name.startswith("decayed") or name == "total":
                    worst = max(worst, abs(got[name] - value) / value)
                else:
                    assert got[name] == value, (name, at)
    assert not found
    return worst


# Times on a coarse grid as well as odd ones, so that entries fall on moments and on windows' edges.
ages = st.one_of(
    st.integers(0, 3 * 365).map(lambda days: days * DAY),
    st.floats(0, 3 * 365).map(lambda days: timedelta(seconds=round(days * 86400))),
)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    entries = []
    for _ in range(draw(st.integers(0, 40))):
        occurred_at = AS_OF - draw(ages)
        late = draw(st.sampled_from([0.0, 0.0, 0.25, 1.0, 8.0, 100.0])) * DAY
        entries.append(
            Entry(
                entity=draw(st.integers(1, 3)),
                signal=draw(st.integers(1, 2)),
                occurred_at=occurred_at,
                known_at=occurred_at + late,
                weight=draw(st.sampled_from([1.0, 0.5, 37.25])),
            )
        )
    return entries


entities = st.integers(1, 3)
moments = ages.map(lambda age: AS_OF - age)

# Any moments; those of a grid with gaps, as training draws them; one for each entity, as scoring
# has.
irregular = st.lists(st.builds(Moment, entities, moments), min_size=1, max_size=40, unique=True)
weekly = st.lists(
    st.builds(Moment, entities, st.integers(0, 60).map(lambda week: AS_OF - 7 * week * DAY)),
    min_size=1,
    max_size=40,
    unique=True,
)
single = st.lists(
    st.builds(Moment, entities, moments), min_size=1, unique_by=lambda moment: moment.entity
)


@st.composite
def foretold(draw: st.DrawFn) -> list[Moment]:
    """Moments at which no more is known than at an earlier one, beside others."""
    aged = st.builds(
        lambda entity, known_until, days: Moment(entity, known_until + days * DAY, known_until),
        entities,
        st.integers(0, 4).map(lambda week: AS_OF - week * 7 * DAY),
        st.integers(0, 90),
    )
    return draw(st.lists(aged, min_size=1, max_size=40, unique=True)) + draw(irregular)


@settings(max_examples=150, deadline=None)
@given(entries=ledgers(), spine=st.one_of(irregular, weekly, single, foretold()))
def test_running_sums_equal_sums_entry_by_entry(engagement_sql, entries, spine):
    assert largest_error(engagement_sql, entries, spine) <= 1e-9


def test_what_is_known_out_of_order_counts_from_when_it_is_known(engagement_sql):
    """The later event is known first; the earlier comes when it is out of two windows already."""
    entries = [
        Entry(1, 1, AS_OF - 10 * DAY, AS_OF - 9 * DAY, 1.0),
        Entry(1, 1, AS_OF - 40 * DAY, AS_OF - 3 * DAY, 37.25),
    ]
    spine = [Moment(1, AS_OF - 7 * week * DAY) for week in range(8)]
    assert largest_error(engagement_sql, entries, spine) <= 1e-9
    now = in_one_pass(engagement_sql, entries, spine)[0, 1]
    assert (now["count_7d"], now["count_30d"], now["count_90d"]) == (0, 1, 2)


def test_decayed_sums_are_exact_over_three_years_of_many_events(engagement_sql):
    rng = np.random.default_rng(5)
    entries = []
    for seconds, late in zip(
        rng.integers(0, 3 * 365 * 86400, 4000), rng.exponential(0.3, 4000), strict=True
    ):
        occurred_at = AS_OF - timedelta(seconds=int(seconds))
        known_at = occurred_at + timedelta(days=float(late))
        entries.append(Entry(1, 1 + int(seconds) % 2, occurred_at, known_at, 1.0))
    spine = [Moment(1, AS_OF - 7 * week * DAY) for week in range(160)]
    error = largest_error(engagement_sql, entries, spine)
    print(f"largest relative error: {error:.1e}")
    assert error <= 1e-9
