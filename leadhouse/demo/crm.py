"""The CRM's tables of leads, accounts and changed attributes, with holes as in life."""

import numpy as np
import pyarrow as pa

from leadhouse.demo import calendar, columns, spelling, vocabulary
from leadhouse.demo.calendar import DAY, END, HOUR, Times
from leadhouse.demo.chain import Outcome
from leadhouse.demo.population import Kind
from leadhouse.demo.records import REPS, Accounts, Records, Spelling
from leadhouse.demo.world import World

PERSONAS = ("practitioner", "manager", "executive")
REGIONS = ("north", "south", "east", "west")
VAGUE_TITLES = (None, "Manager", "Analyst", "Consultant")
COUNTRY_SPELLINGS = [(name, *variants) for name, variants, *_ in vocabulary.COUNTRIES]
INDUSTRY_SPELLINGS = [
    (name, *variants)
    for name, variants in zip(vocabulary.INDUSTRIES, vocabulary.INDUSTRY_VARIANTS, strict=True)
]


def leads_table(world: World, records: Records, accounts: Accounts) -> pa.Table:
    """The table `leads`, by time of creation; titles as the CRM has them at the world's end."""
    companies, people = world.companies, world.people
    rng = world.generator("leads")
    order = np.argsort(records.number)
    person = records.person[order]
    company = people.company[person]
    n = len(order)

    def some(share: float) -> np.ndarray:
        return rng.random(n) < share

    # What shows that records are one person's is never missing, save what the chain is about.
    first, last = spelling.full_names(rng, people)
    is_alone = (records.later[0] < 0)[person]
    is_chain = (records.later[1] >= 0)[person] & (records.spelling[order] == Spelling.PLAIN)
    emails = [
        None if no_address else "n/a" if nonsense else email
        for email, no_address, nonsense in zip(
            _emails(world, records, first, last), some(0.015) & is_alone, some(0.004) & is_alone,
            strict=True,
        )
    ]  # fmt: skip

    is_employed = ~np.isin(people.kind, (Kind.BOT, Kind.STUDENT))[person]
    second = accounts.of_company[1][company]
    account = np.where((second >= 0) & some(0.4), second, accounts.of_company[0][company])
    is_linked = is_employed & ~people.uses_free_mail[person] & some(0.7)

    pick = rng.integers(0, 12, size=len(people))
    titles = [
        vocabulary.STUDENT_TITLES[pick[p] % len(vocabulary.STUDENT_TITLES)]
        if people.kind[p] == Kind.STUDENT
        else spelling.job_title(people.seniority[p], people.department[p], pick[p])
        for p in person
    ]
    persona = np.where(some(0.5), people.seniority[person] // 2, rng.integers(0, 3, size=n))
    team = companies.employees[company] ** 0.6 * rng.lognormal(0, 0.5, n)
    campaign = rng.integers(0, len(vocabulary.CAMPAIGNS), n)
    is_disqualified = world.history.outcome[person] == Outcome.DISQUALIFIED
    company_names = spelling.untidy_companies(rng, [companies.name[c] for c in company])
    countries = spelling.spelt(rng, people.country[person], COUNTRY_SPELLINGS, usual=0.6)
    sources = spelling.spelt(rng, people.source[person], vocabulary.SOURCES, usual=0.6)
    return pa.table(
        {
            "lead_id": records.lead_ids(order),
            "created_at": columns.times(records.created_at[order]),
            "email": columns.texts(emails),
            "first_name": columns.texts(
                [first[p] for p in person], is_chain | (is_alone & some(0.04))
            ),
            "last_name": columns.texts(
                [last[p] for p in person], is_chain | (is_alone & some(0.04))
            ),
            "job_title": columns.texts(titles, some(0.12)),
            "department": columns.words(
                np.where(some(0.55), people.department[person], -1), vocabulary.DEPARTMENTS
            ),
            "account_id": accounts.keys(np.where(is_linked, account, -1)),
            "company_name": columns.texts(company_names, some(0.2) | ~is_employed),
            "country": columns.texts(countries, some(0.1)),
            "lead_source": columns.texts(sources, some(0.03)),
            "campaign": columns.words(np.where(some(0.4), campaign, -1), vocabulary.CAMPAIGNS),
            "owner_id": columns.keys("rep-", np.where(some(0.9), company % REPS + 1, -1), 2),
            "is_deleted": columns.numbers(is_disqualified & is_alone & some(0.03)),
            "x_team_size": columns.numbers(np.maximum(1, team).round(), some(0.6)),
            "x_agreed_to_news": columns.numbers(some(0.5)),
            "x_persona": columns.words(persona, PERSONAS),
        }
    )


def _emails(world: World, records: Records, first: list[str], last: list[str]) -> list[str]:
    """Each record's address, in the order of the records' numbers."""
    people, companies = world.people, world.companies
    rng = world.generator("addresses")
    mailbox = spelling.addresses(rng, people, companies, first, last)
    order = np.argsort(records.number)
    styles = rng.integers(0, 4, size=len(order)).tolist()
    emails = []
    for record, style in zip(order.tolist(), styles, strict=True):
        person = records.person[record]
        match records.spelling[record]:
            case Spelling.PLAIN:
                emails.append(mailbox[person])
            case Spelling.SAME_MAILBOX:
                emails.append(spelling.same_mailbox(mailbox[person], style))
            case Spelling.OTHER_MAILBOX:
                domain = companies.domain[people.company[person]]
                emails.append(f"{first[person]}_{last[person]}@{domain}".lower())
    return emails


def accounts_table(world: World, accounts: Accounts) -> pa.Table:
    """The table `accounts`, with holes, and second accounts spelt otherwise."""
    companies, people = world.companies, world.people
    rng = world.generator("accounts table")
    company = accounts.company
    employees, funding = companies.employees[company], companies.funding[company]
    n = len(accounts)

    def some(share: float) -> np.ndarray:
        return rng.random(n) < share

    technologies = [
        "|".join(np.array(vocabulary.TECHNOLOGIES)[has].tolist()) or None
        for has in companies.has_technology[company]
    ]
    # An account is usually made when its first lead comes.
    first_seen = np.full(len(companies), END - DAY)
    np.minimum.at(first_seen, people.company, people.created_at)
    known_at = first_seen[company] + (rng.exponential(2, n) * DAY).astype(np.int64)
    funded_at = calendar.START - (rng.exponential(500, n) * DAY).astype(np.int64)
    revenue = (employees * rng.lognormal(11.6, 0.5, n)).round(-3)
    founded = 2025 - rng.gamma(2, 8, n).astype(np.int64)
    visits = (employees * rng.lognormal(4, 1, n)).round()
    names = spelling.untidy_companies(rng, [companies.name[c] for c in company])
    domains = spelling.untidy_domains(rng, [companies.domain[c] for c in company])
    industries = spelling.spelt(rng, companies.industry[company], INDUSTRY_SPELLINGS, usual=0.6)
    countries = spelling.spelt(rng, companies.country[company], COUNTRY_SPELLINGS, usual=0.6)
    return pa.table(
        {
            "account_id": accounts.keys(np.arange(n)),
            "name": columns.texts(names),
            "domain": columns.texts(domains, some(0.05)),
            "industry": columns.texts(industries, some(0.15)),
            "employee_count": columns.numbers(employees, some(0.25)),
            "annual_revenue": columns.numbers(revenue, some(0.4)),
            "founded_year": columns.numbers(founded, some(0.3)),
            "country": columns.texts(countries, some(0.08)),
            "technologies": columns.texts(technologies, some(0.25)),
            "funding_stage": columns.words(
                np.where(some(0.65), funding, -1), vocabulary.FUNDING_STAGES
            ),
            "last_funding_at": columns.times(funded_at, some(0.6) | (funding == 0)),
            "known_at": columns.times(np.minimum(known_at, END - HOUR), some(0.3)),
            "x_site_visits": columns.numbers(visits, some(0.3)),
            "x_is_hiring": columns.numbers(some(0.4), some(0.2)),
            "x_region": columns.words(rng.integers(0, len(REGIONS), n), REGIONS),
        }
    )


Change = tuple[str, str, str, str, int]


def attribute_changes_table(
    world: World, leads: pa.Table, accounts: pa.Table, records: Records, closed_at: Times
) -> pa.Table:
    """The table `attribute_changes`: whole histories of some attributes of some leads and accounts.

    Args:
        leads, accounts: the tables, whose values are the last ones.
        closed_at: when each person's road ended, shape (people,).
    """
    changes = _title_changes(world, leads, records, closed_at) + _size_changes(world, accounts)
    changes.sort(key=lambda change: (change[-1], change[1]))
    entity, entity_id, attribute, value, known_at = zip(*changes, strict=True)
    return pa.table(
        {
            "entity": columns.texts(entity),
            "entity_id": columns.texts(entity_id),
            "attribute": columns.texts(attribute),
            "value": columns.texts(value),
            "known_at": columns.times(np.array(known_at)),
        }
    )


def _title_changes(
    world: World, leads: pa.Table, records: Records, closed_at: Times
) -> list[Change]:
    """Job titles, vague at first and put right later.

    That is often done only when the deal is won, so who takes today's title as known all along
    learns from the future.
    """
    rng = world.generator("title changes")
    order = np.argsort(records.number)
    person, created_at = records.person[order], records.created_at[order]
    fixed_at = created_at + (rng.exponential(50, len(order)) * DAY).astype(np.int64)
    is_won = (world.history.outcome[person] == Outcome.WON) & (closed_at[person] > created_at)
    fixed_at = np.where(is_won, np.minimum(fixed_at, closed_at[person] + 2 * HOUR), fixed_at)
    is_fixed = rng.random(len(order)) < np.where(is_won, 0.45, 0.14)
    is_fixed &= (fixed_at < END) & leads["job_title"].is_valid().to_numpy()
    lead_ids, titles = leads["lead_id"].to_pylist(), leads["job_title"].to_pylist()
    changes: list[Change] = []
    for i in np.flatnonzero(is_fixed):
        vague = VAGUE_TITLES[i % len(VAGUE_TITLES)]
        if vague is not None:
            changes.append(("lead", lead_ids[i], "job_title", vague, created_at[i]))
        changes.append(("lead", lead_ids[i], "job_title", titles[i], fixed_at[i]))
    return changes


def _size_changes(world: World, accounts: pa.Table) -> list[Change]:
    """Headcounts of some accounts, from two earlier looks."""
    rng = world.generator("size changes")
    account_ids = accounts["account_id"].to_pylist()
    employees = accounts["employee_count"].fill_null(0).to_numpy()
    since = accounts["known_at"].cast(pa.int64()).fill_null(calendar.START).to_numpy()
    changes: list[Change] = []
    for i in np.flatnonzero((rng.random(len(employees)) < 0.15) & (employees > 0)):
        shares = np.array([rng.uniform(0.4, 0.9), rng.uniform(0.8, 1.2), 1.0])
        sizes = np.maximum(1, np.rint(employees[i] * shares)).astype(np.int64)
        later = np.sort(rng.integers(since[i], END, size=2))
        for size, at in zip(sizes, [since[i], *later], strict=True):
            changes.append(("account", account_ids[i], "employee_count", str(size), at))
    return changes
