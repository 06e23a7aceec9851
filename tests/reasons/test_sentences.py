"""Every number in a sentence, counted again from what it speaks of."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest
import yaml

from tests.conftest import PROJECT

pytestmark = pytest.mark.slow

WINDOWS = (1, 7, 30, 90)
RECENT = re.compile(r"in the last (24 hours|\d+ days), (last on|on) (\d+ \w+(?: \d{4})?)[.:]")
LONG_AGO = re.compile(r"^No .* in the last 90 days; the last was on (\d+ \w+(?: \d{4})?)\.")
TIMES = re.compile(r"\b(once|twice|([\d,]+) times)\b")
SIMILAR = re.compile(r"Of similar leads ([\d.]+)% were won within 30 days, of all ([\d.]+)%\.$")
# Signals that the project derives, which are told by how often.
DERIVED = (
    *("active_days", "weekend_active_days", "evening_active_days", "sessions", "topics"),
    *("email_responses", "outreach_touches", "notes"),
)


def day(text: str, as_of: datetime) -> datetime:
    """A day as a sentence tells it: without a year it is of this one."""
    told = text if re.search(r"\d{4}$", text) else f"{text} {as_of.year}"
    return datetime.strptime(told, "%d %B %Y")


def count_told(sentence: str) -> int:
    if found := TIMES.search(sentence):
        return {"once": 1, "twice": 2}.get(found[1]) or int(found[2].replace(",", ""))
    return int(re.search(r"[\d,]+", sentence)[0].replace(",", ""))


def signals_of_topics() -> dict[str, set[str]]:
    """What each topic counts, read from the project's variables."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    topics = defaultdict(set, {name: {name} for name in DERIVED})
    topics["fit_verdicts"] = {"good_fit_verdicts", "bad_fit_verdicts"}
    for signal in [*variables["signals"], {"name": "other_events", "channel": "other"}]:
        topics[signal["name"]].add(signal["name"])
        if signal.get("sign", "positive") == "positive":
            topics["engagement"].add(signal["name"])
            topics[f"{signal['channel']}_engagement"].add(signal["name"])
    return topics


def test_what_leads_did_is_told_as_it_happened(explained_warehouse):
    [(as_of,)] = explained_warehouse.query("select as_of from run_context")
    occurred = defaultdict(list)
    for lead, signal, occurred_at in explained_warehouse.query(
        "select lead_id, signal, occurred_at from engagement_ledger, run_context "
        "where known_at <= as_of"
    ):
        occurred[lead, signal].append(occurred_at)
    recorded = {signal for _, signal in occurred}
    topics = signals_of_topics()
    checked = Counter()
    for lead, topic, sentence in explained_warehouse.query(
        "select lead_id, topic, reason from lead_score_reasons where topic is not null"
    ):
        if topic not in topics:
            continue
        times = [t for signal in topics[topic] for t in occurred.get((lead, signal), [])]
        counts = {days: sum(t > as_of - timedelta(days) for t in times) for days in WINDOWS}
        if found := RECENT.search(sentence):
            days = 1 if found[1] == "24 hours" else int(found[1].split()[0])
            assert days == min(window for window, count in counts.items() if count), sentence
            assert count_told(sentence) == counts[days], sentence
            assert (found[2] == "on") == (counts[days] == 1), sentence
            assert day(found[3], as_of).date() == max(times).date(), sentence
            checked["recent"] += 1
        elif found := LONG_AGO.search(sentence):
            assert not counts[90], sentence
            assert day(found[1], as_of).date() == max(times).date(), sentence
            checked["long ago"] += 1
        elif " so far." in sentence:
            assert not times, sentence
            assert topics[topic] & recorded, sentence
            checked["never"] += 1
        else:
            assert "not recorded" in sentence, sentence
            assert not topics[topic] & recorded, sentence
    assert checked.keys() == {"recent", "long ago", "never"}
    assert min(checked.values()) > 100


def test_the_size_of_a_company_is_that_of_the_account(explained_warehouse):
    rows = explained_warehouse.query(
        """
        select reasons.reason, accounts.employee_count
        from lead_score_reasons as reasons
        inner join int_lead_scores as scores on reasons.lead_id = scores.lead_id
        inner join int_account_attributes as accounts
            on scores.account_id = accounts.account_id and accounts.valid_to is null
        where reasons.feature_name = 'account_employee_count'
        """
    )
    known = [(reason, count) for reason, count in rows if count is not None]
    assert len(known) > 10
    for reason, count in known:
        assert reason.startswith(f"Company has {count:,.0f} employee{'s' * (count != 1)}"), reason
    assert all("not known" in reason for reason, count in rows if count is None)


def test_points_add_up_to_the_score_as_shown(explained_warehouse):
    rows = explained_warehouse.query(
        """
        select any_value(scores.score), sum(contribution_points), any_value(scores.margin),
            sum(contribution), max(rank) + 1 = count(*), count(*)
        from int_lead_scores as scores
        inner join lead_score_reasons as reasons on scores.lead_id = reasons.lead_id
        group by scores.lead_id
        """
    )
    assert len(rows) > 500
    for score, points, margin, contributions, has_no_gap, count in rows:
        assert float(points) == score
        assert contributions == pytest.approx(margin, abs=1e-4)
        assert has_no_gap
        # Of eighty topics there are always five for and three against, beside base and rest.
        assert count == 10


def test_similar_leads_are_counted_again(explained_warehouse):
    """Categories, lead by lead, from the moments that are learnt from."""
    moments = explained_warehouse.query(
        """
        select moments.lead_id, moments.moment_at, moments.label, seniority, lead_source
        from training_moments as moments
        inner join features
            on moments.lead_id = features.lead_id and moments.moment_at = features.moment_at
        where moments.origin_number = 0 and moments.use is not null
        """
    )
    overall = sum(moment[2] for moment in moments) / len(moments)
    rows = explained_warehouse.query(
        """
        select distinct feature_name, seniority, lead_source, reason, count_similar_leads,
            similar_conversion_rate
        from lead_score_reasons as reasons
        inner join features on reasons.lead_id = features.lead_id and features.is_now
        where feature_name in ('seniority', 'lead_source')
        """
    )
    checked = Counter()
    for name, seniority, source, reason, count, rate in rows:
        place, value = (3, seniority) if name == "seniority" else (4, source)
        alike = [moment for moment in moments if moment[place] == value]
        leads = {moment[0] for moment in alike}
        told = SIMILAR.search(reason)
        checked[told is not None] += 1
        if len(leads) < 100:
            assert (count, rate, told) == (None, None, None)
            continue
        expected = sum(moment[2] for moment in alike) / len(alike)
        assert count == len(leads)
        assert rate == pytest.approx(expected, abs=5e-5)
        assert float(told[1]) == pytest.approx(100 * expected, abs=0.0501)
        assert float(told[2]) == pytest.approx(100 * overall, abs=0.0501)
    assert checked[True] and checked[False]
