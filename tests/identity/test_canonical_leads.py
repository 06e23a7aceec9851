"""Duplicates found by the models, against a search through all pairs of leads."""

from datetime import datetime, timedelta
from itertools import combinations

import networkx as nx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

START = datetime(2025, 1, 1)

# How an address may be written: the mailbox it proves, and the company it tells of.
EMAILS = {
    None: (None, None),
    "ann@acme.com": ("ann@acme.com", "acme.com"),
    " Ann+news@ACME.com ": ("ann@acme.com", "acme.com"),
    "a.nn@gmail.com": ("ann@gmail.com", None),
    "ANN+x@googlemail.com": ("ann@gmail.com", None),
    "bob@beta.org": ("bob@beta.org", "beta.org"),
    "info@acme.com": (None, "acme.com"),
    "ann at acme": (None, None),
}
# First names as written, last names as written, and the whole name they make.
NAMES = {
    (None, None): None,
    ("Ann", "Lee"): "ann lee",
    (" ANN", "Lée-"): "ann lee",
    ("Bob", "Roy"): "bob roy",
    ("Ann", None): None,
    ("Test", "Lee"): None,
}
ACCOUNT_DOMAINS = {None: None, "acme": "acme.com", "beta": "beta.org", "nowhere": None}
ACCOUNTS = [
    {"account_id": "acme", "name": "Acme", "domain": "https://www.acme.com/", "known_at": START},
    {
        "account_id": "beta",
        "name": "Beta",
        "domain": "BETA.org",
        "known_at": START + timedelta(days=6),
    },
]
DAYS = 12

LEADS = st.lists(
    st.tuples(
        st.integers(0, DAYS),
        st.sampled_from(list(EMAILS)),
        st.sampled_from(list(NAMES)),
        st.sampled_from(list(ACCOUNT_DOMAINS)),
        st.sampled_from([None, False, False, True]),
    ),
    max_size=14,
)


def expected_leads(leads: list[dict]) -> dict[str, tuple[str, datetime]]:
    kept = sorted(
        (lead for lead in leads if not lead["is_deleted"]),
        key=lambda lead: (lead["created_at"], lead["lead_id"]),
    )

    def keys_known(lead: dict, moment: datetime) -> set:
        mailbox, email_company = EMAILS[lead["email"]]
        name = NAMES[lead["first_name"], lead["last_name"]]
        company = ACCOUNT_DOMAINS[lead["account_id"]] or email_company
        # What the e-mail address does not tell of the company, its account must.
        is_company_known = company == email_company or any(
            account["account_id"] == lead["account_id"] and account["known_at"] <= moment
            for account in ACCOUNTS
        )
        by_email = {("e-mail", mailbox)} if mailbox else set()
        by_name = {("name", name, company)} if name and company and is_company_known else set()
        return by_email | by_name

    known_by = {}
    for moment in (START + timedelta(days=day) for day in range(DAYS + 1)):
        graph = nx.Graph()
        there = [lead for lead in kept if lead["created_at"] <= moment]
        graph.add_nodes_from(lead["lead_id"] for lead in there)
        graph.add_edges_from(
            (one["lead_id"], other["lead_id"])
            for one, other in combinations(there, 2)
            if keys_known(one, moment) & keys_known(other, moment)
        )
        known_by[moment] = graph
    order = [lead["lead_id"] for lead in kept]
    expected = {}
    for lead in kept:
        final = nx.node_connected_component(known_by[max(known_by)], lead["lead_id"])
        canonical = min(final, key=order.index)
        since = next(
            moment
            for moment, graph in known_by.items()
            if lead["lead_id"] in graph and nx.has_path(graph, lead["lead_id"], canonical)
        )
        expected[lead["lead_id"]] = (canonical, since)
    return expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEADS)
def test_duplicates_are_those_that_a_search_through_all_pairs_finds(identity, drawn):
    leads = [
        {
            "lead_id": f"lead {position}",
            "created_at": START + timedelta(days=day),
            "email": email,
            "first_name": first_name,
            "last_name": last_name,
            "account_id": account_id,
            "is_deleted": is_deleted,
        }
        for position, (day, email, (first_name, last_name), account_id, is_deleted) in enumerate(
            drawn
        )
    ]
    identity.run("int_canonical_leads", "lead_merges", stg_leads=leads, stg_accounts=ACCOUNTS)
    found = identity.query("select lead_id, canonical_lead_id, known_at from int_canonical_leads")
    expected = expected_leads(leads)
    assert {lead: (canonical, since) for lead, canonical, since in found} == expected

    merges = identity.query("select lead_id, canonical_lead_id, merged_at from lead_merges")
    assert {lead: (canonical, since) for lead, canonical, since in merges} == {
        lead: value for lead, value in expected.items() if value[0] != lead
    }


def test_a_key_that_many_leads_hold_links_each_of_them_once(identity):
    count = 5_000
    identity.run(
        "int_canonical_leads",
        stg_leads=[
            {"lead_id": str(number), "created_at": START, "email": "ann@acme.com"}
            for number in range(count)
        ],
    )
    assert identity.query("select count(*) from int_lead_links") == [(count - 1,)]
    assert identity.query("select distinct canonical_lead_id from int_canonical_leads") == [("0",)]
