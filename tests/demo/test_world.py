"""What the demo world promises: the contract, the dirt of life, and a hard task with an answer."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from leadhouse.inputs.contract import TABLES, Kind
from tests.demo.conftest import LEADS

DUCKDB_TYPES = {
    Kind.TEXT: {"VARCHAR"},
    Kind.JSON: {"VARCHAR"},
    Kind.TIME: {"TIMESTAMP"},
    Kind.NUMBER: {"DOUBLE", "BIGINT"},
    Kind.BOOLEAN: {"BOOLEAN"},
}

# All that was known of a lead at a moment, from the events alone.
CANDIDATES = """
with known as (
    select
        coalesce(by_lead.person_id, by_browser.person_id) as person_id,
        events.*,
        greatest(
            coalesce(events.received_at, events.occurred_at),
            coalesce(identities.identified_at, timestamp '1970-01-01')
        ) as known_at
    from events
    left join people as by_lead on events.lead_id = by_lead.lead_id
    left join (
        select anonymous_id, any_value(lead_id) as lead_id, min(identified_at) as identified_at
        from identities
        group by anonymous_id
    ) as identities on events.anonymous_id = identities.anonymous_id and events.lead_id is null
    left join people as by_browser on identities.lead_id = by_browser.lead_id
    where events.event_id is not null and events.occurred_at < timestamp '2026-01-01'
),

firmographics as (
    select people.person_id, max(accounts.employee_count) as employee_count
    from leads
    inner join people using (lead_id)
    left join accounts using (account_id)
    group by people.person_id
)

select
    labels.is_won,
    count(known.event_id)
        filter (where url = '/pricing' and occurred_at > moment_at - interval 7 days)
        as pricing_views_7d,
    count(known.event_id)
        filter (where url = '/pricing' and occurred_at > moment_at - interval 30 days)
        as pricing_views_30d,
    count(known.event_id) filter (where occurred_at > moment_at - interval 30 days)
        as events_30d,
    count(known.event_id) as events_ever,
    count(distinct session_id) filter (where occurred_at > moment_at - interval 30 days)
        as sessions_30d,
    count(known.event_id) filter (where event_type = 'demo_requested') as demos_requested,
    count(known.event_id) filter (where event_type = 'email_replied') as replies,
    count(known.event_id) filter (where event_type = 'product_login') as logins,
    coalesce(sum(power(2, -date_diff('hour', occurred_at, moment_at) / 24 / 14)), 0)
        as engagement_decayed_14d,
    -coalesce(date_diff('hour', max(occurred_at), moment_at), 99999) as last_event_recency,
    any_value(employee_count) as employee_count,
from labels
inner join people using (lead_id)
left join firmographics using (person_id)
left join known on known.person_id = people.person_id and known.known_at <= labels.moment_at
group by labels.lead_id, labels.moment_at, labels.is_won
"""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table_has_the_columns_and_types_of_the_contract(demo, table):
    found = {name: kind for name, kind, *_ in demo.rows(f"describe {table.name}")}
    own = {name: kind for name, kind in found.items() if not name.startswith("x_")}
    assert set(own) == {column.name for column in table.columns}
    wrong = {
        column.name: own[column.name]
        for column in table.columns
        if own[column.name] not in DUCKDB_TYPES[column.kind]
    }
    assert wrong == {}
    attributes = {found[name] for name in found if name.startswith("x_")}
    assert attributes == ({"VARCHAR", "DOUBLE", "BOOLEAN"} if table.takes_attributes else set())


def test_leads_are_as_many_as_asked_for_and_every_column_says_something(demo):
    valid = "lead_id is not null and created_at is not null"
    assert demo.one(f"select count(distinct lead_id) from leads where {valid}") == LEADS
    for table in TABLES:
        for column in table.columns:
            distinct = demo.one(f"select count(distinct {column.name}) from {table.name}")
            assert distinct > 1, f"{table.name}.{column.name}"


def test_oracle_is_neither_blind_nor_all_knowing(demo):
    rows = demo.columns("select true_probability, is_won from labels")
    assert 0.72 < roc_auc_score(rows["is_won"], rows["true_probability"]) < 0.79
    assert 0.01 < rows["is_won"].mean() < 0.03


def test_a_fair_share_of_leads_is_won_and_many_stay_open(demo):
    won = demo.one("select count(distinct lead_id) from outcomes where outcome = 'won'")
    closed = demo.one("select count(distinct lead_id) from outcomes")
    assert 0.08 < won / LEADS < 0.15
    assert 0.3 < 1 - closed / LEADS < 0.7


def test_true_probabilities_are_calibrated(demo):
    # Five weeks apart the windows of one lead do not overlap, so the rows are nearly independent.
    rows = demo.columns(
        "select true_probability as p, is_won from labels"
        " where date_diff('day', moment_at, timestamp '2026-01-01') % 35 = 0"
    )
    order = np.argsort(rows["p"])
    for decile in np.array_split(order, 10):
        expected, won = rows["p"][decile], rows["is_won"][decile].sum()
        # Two-sided at 1 in 10,000 for each decile: a miss is a fault and not bad luck.
        low, high = binom.interval(1 - 1e-4, len(decile), expected.mean())
        assert low <= won <= high


def test_no_single_feature_gives_the_answer_away(demo):
    rows = demo.columns(CANDIDATES)
    won = rows.pop("is_won")
    for name, feature in rows.items():
        is_known = ~np.ma.getmaskarray(feature)
        auc = roc_auc_score(won[is_known], np.ma.getdata(feature)[is_known])
        assert max(auc, 1 - auc) < 0.68, name
        # The strongest must say something, or nothing could be learnt.
        if name == "engagement_decayed_14d":
            assert auc > 0.56


def test_events_are_many_and_heavy_tailed(demo):
    few, half, many = demo.rows(
        """
        select quantile_cont(events, 0.1), quantile_cont(events, 0.5), quantile_cont(events, 0.99)
        from (
            select leads.lead_id, count(events.event_id) as events
            from leads left join events using (lead_id)
            group by leads.lead_id
        )
        """
    )[0]
    assert few <= 5
    assert 8 < half < 50
    assert many > 8 * half
    assert 30 < demo.one("select count(*) from events") / LEADS < 65


def test_some_people_have_several_records_and_chains_of_them(demo):
    assert demo.one("select count(distinct person_id) from people") == LEADS - round(0.05 * LEADS)
    sizes = dict(
        demo.rows(
            "select size, count(*) from"
            " (select person_id, count(*) as size from people group by person_id) group by size"
        )
    )
    # One in twenty records is a second or a third; of five such, one is a third.
    assert sizes == {1: 0.91 * LEADS, 2: 0.03 * LEADS, 3: 0.01 * LEADS}
    # In a chain the first and the last record share nothing.
    apart = demo.one(
        """
        select count(*)
        from people as first
        inner join people as last
            on first.person_id = last.person_id and first.lead_id < last.lead_id
        inner join leads as a on first.lead_id = a.lead_id
        inner join leads as c on last.lead_id = c.lead_id
        where a.last_name is null and c.email like '%\\_%' escape '\\'
        """
    )
    assert apart > 0


def test_truth_is_told_of_first_records_in_the_weeks_they_are_open(demo):
    strangers = demo.one(
        """
        select count(*) from truth
        where lead_id not in (
            select arg_min(leads.lead_id, leads.created_at)
            from leads inner join people using (lead_id)
            group by people.person_id
        )
        """
    )
    assert strangers == 0
    outside = demo.one(
        """
        with ends as (
            select people.person_id, min(outcome_at) as closed_at
            from outcomes inner join people using (lead_id)
            where outcome in ('won', 'lost', 'disqualified')
            group by people.person_id
        )

        select count(*)
        from truth
        inner join leads using (lead_id)
        inner join people using (lead_id)
        left join ends using (person_id)
        where leads.created_at > truth.moment_at or ends.closed_at <= truth.moment_at
        """
    )
    assert outside == 0
    moments = "select max(moment_at)::varchar, count(distinct moment_at) from truth"
    assert demo.rows(moments) == [("2026-01-01 00:00:00", 65)]


def test_companies_have_second_accounts(demo):
    twice = demo.one(
        r"""
        select count(*) from (
            select regexp_extract(lower(domain), '(https://)?(www\.)?([^/]+)', 3) as site
            from accounts
            where account_id is not null
            group by site
            having count(distinct account_id) > 1 and site is not null
        )
        """
    )
    assert twice > 0.02 * demo.one("select count(*) from accounts")


def test_visits_come_before_identification(demo):
    early = demo.one(
        "select count(*) from events inner join identities using (anonymous_id)"
        " where events.lead_id is null and events.occurred_at < identities.identified_at"
    )
    never = demo.one(
        "select count(*) from events where lead_id is null and anonymous_id is not null"
        " and anonymous_id not in (select anonymous_id from identities)"
    )
    count = demo.one("select count(*) from events")
    assert early > 0.03 * count
    assert never > 0.03 * count


def test_no_lead_is_named_before_it_is_created(demo):
    for table, time in (
        ("events", "occurred_at"),
        ("identities", "identified_at"),
        ("outcomes", "outcome_at"),
        ("touches", "touched_at"),
        ("feedback", "given_at"),
        ("qualification", "answered_at"),
        ("notes", "noted_at"),
    ):
        early = demo.one(
            f"select count(*) from {table} inner join leads using (lead_id)"
            f" where {time} < created_at"
        )
        assert early == 0, table


def test_some_events_arrive_late_and_out_of_order(demo):
    late, behind = demo.rows(
        """
        select
            avg((received_at > occurred_at + interval 25 hours)::integer),
            avg((occurred_at < previous)::integer)
        from (
            select *, lag(occurred_at) over (order by received_at, event_id) as previous
            from events
            where occurred_at < timestamp '2026-01-01'
        )
        """
    )[0]
    assert 0.005 < late < 0.03
    assert behind > 0.02
    assert demo.one("select max(received_at)::varchar from events") == "2026-01-01 00:00:00"


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_some_rows_are_there_twice(demo, table):
    twice = demo.one(
        f"select count(*) from (select 1 from {table} group by all having count(*) > 1)"
    )
    assert twice > 0


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("leads", "lead_id is null"),
        ("leads", "created_at is null"),
        ("accounts", "account_id is null"),
        ("events", "event_id is null"),
        ("events", "occurred_at is null"),
        ("events", "lead_id is null and anonymous_id is null"),
        ("events", "event_type is null"),
        ("events", "occurred_at > timestamp '2026-01-01'"),
        ("events", "received_at < timestamp '2024-01-01'"),
        ("identities", "lead_id is null"),
        ("outcomes", "outcome not in ('won', 'lost', 'disqualified')"),
        ("outcomes", "outcome_at is null"),
        ("touches", "touch_id is null"),
        ("feedback", "verdict not in ('good_fit', 'bad_fit')"),
        ("qualification", "lead_id is null"),
        ("notes", "text is null"),
        ("attribute_changes", "entity not in ('lead', 'account')"),
    ],
)
def test_some_rows_cannot_be_used_but_few(demo, table, fault):
    bad = demo.one(f"select count(*) from {table} where {fault}")
    assert 0 < bad < max(4, 0.001 * demo.one(f"select count(*) from {table}"))


def test_a_key_comes_back_with_other_contents(demo):
    changed = demo.one(
        "select count(*) from (select event_id from events group by event_id"
        " having count(distinct coalesce(url, '')) > 1)"
    )
    assert changed > 0


def test_outreach_is_by_chance_as_it_says(demo):
    for probability, made, count in demo.rows(
        "select assignment_probability, count(*) filter (where not is_holdout), count(*)"
        " from touches where touch_id is not null group by assignment_probability"
    ):
        low, high = binom.interval(1 - 1e-4, count, probability)
        assert low <= made <= high


def test_histories_end_in_the_values_of_today(demo):
    stale = demo.one(
        """
        select count(*)
        from (
            select entity_id, arg_max(value, known_at) as value
            from attribute_changes
            where entity = 'lead' and attribute = 'job_title'
            group by entity_id
        ) as changes
        inner join leads on changes.entity_id = leads.lead_id
        where changes.value is distinct from leads.job_title
        """
    )
    assert stale == 0
