"""The CRM of the demo world: its records of people and companies, untidy as in life.

Some people are in the CRM two or three times: with the same mailbox written otherwise (case, plus-tag, dots at
Gmail), or under another address of the same company. With three records A, B, C, A and B share a mailbox, B and C
a name and a company's domain, A and C nothing: only the chain shows that they are one.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadhouse.demo import calendar, columns, vocabulary
from leadhouse.demo.calendar import DAY, END, HOUR, Ints, Times
from leadhouse.demo.latent import History, Outcome
from leadhouse.demo.population import Companies, Kind, People
from leadhouse.demo.sampling import generator, ragged

DUPLICATE_SHARE = 0.05
CHAIN_SHARE = 0.2
REPS = 12
# Prime, so that steps of this size visit every name before one comes again.
NAME_STRIDE = 7919


class Spelling(IntEnum):
    """How a record gives the person's address."""

    PLAIN = 0
    SAME_MAILBOX = 1
    OTHER_MAILBOX = 2


def count_duplicates(leads: int) -> int:
    """How many of so many records are second or third records of someone."""
    return round(leads * DUPLICATE_SHARE)


@dataclass(frozen=True)
class Records:
    """CRM records, shape (records,): the first one of person p is number p, further ones follow.

    `later` of shape (2, people) is the number of each person's second and third record, or -1; `number` the rank by
    time of creation, from which the lead's key is made.
    """

    person: Ints
    created_at: Times
    spelling: Ints
    later: Ints
    number: Ints

    def __len__(self) -> int:
        return len(self.person)

    def at(self, rng: np.random.Generator, person: Ints, at: Times) -> Ints:
        """For each person and time one of her records that were there then, by chance."""
        record = person.copy()
        for place, later in enumerate(self.later):
            other = later[person]
            there = (other >= 0) & (self.created_at[other] <= at)
            # Reservoir sampling: the k-th candidate replaces the choice so far with chance 1 / k.
            record = np.where(there & (rng.random(len(person)) < 1 / (place + 2)), other, record)
        return record

    def lead_ids(self, record: Ints) -> pa.Array:
        """The keys of records; null where negative."""
        return columns.keys("L", np.where(record < 0, -1, self.number[record] + 1))


def make_records(seed: int, people: People, duplicates: int) -> Records:
    """A record for every person, and so many more."""
    rng = generator(seed, "records")
    chains = round(duplicates * CHAIN_SHARE)
    twice = rng.choice(len(people), size=duplicates - chains, replace=False)
    person = np.concatenate([np.arange(len(people)), twice, twice[:chains]])
    first = np.concatenate([people.created_at, people.created_at[twice]])
    room = END - first
    wait = np.minimum(
        rng.exponential(60 * DAY, len(first)), rng.uniform(0.05, 0.95, len(first)) * room
    )
    created_at = first + wait.astype(np.int64)
    created_at[: len(people)] = people.created_at
    second = created_at[len(people) : len(people) + chains]
    third = second + (rng.uniform(0.05, 0.95, chains) * (END - second)).astype(np.int64)
    created_at = np.concatenate([created_at, third])

    spelling = np.zeros(len(person), dtype=np.int64)
    spelling[len(people) : len(people) + len(twice)] = np.where(
        (np.arange(len(twice)) < chains) | (rng.random(len(twice)) < 0.6),
        Spelling.SAME_MAILBOX,
        Spelling.OTHER_MAILBOX,
    )
    spelling[len(people) + len(twice) :] = Spelling.OTHER_MAILBOX
    # Namesakes at a free-mail provider are strangers: there only the mailbox can show a duplicate.
    has_own_domain = ~people.uses_free_mail & np.isin(people.kind, (Kind.BUYER, Kind.UNSUBSCRIBER))
    other = (spelling == Spelling.OTHER_MAILBOX) & ~has_own_domain[person]
    spelling[other] = Spelling.SAME_MAILBOX

    later = np.full((2, len(people)), -1)
    later[0, twice] = len(people) + np.arange(len(twice))
    later[1, twice[:chains]] = len(people) + len(twice) + np.arange(chains)
    number = np.empty(len(person), dtype=np.int64)
    number[np.argsort(created_at, kind="stable")] = np.arange(len(person))
    return Records(person, created_at, spelling, later, number)


def _names(rng: np.random.Generator, people: People) -> tuple[list[str], list[str]]:
    """First and last names, no two the same at one company."""
    first_names, last_names = vocabulary.FIRST_NAMES, vocabulary.LAST_NAMES
    order = np.argsort(people.company, kind="stable")
    counts = np.bincount(people.company)
    rank = np.empty(len(people), dtype=np.int64)
    rank[order] = ragged(counts)[1]
    start = rng.integers(0, len(first_names) * len(last_names), size=len(counts))
    code = (start[people.company] + rank * NAME_STRIDE) % (len(first_names) * len(last_names))
    first, last = np.divmod(code, len(last_names))
    return [first_names[i] for i in first], [last_names[i] for i in last]


def _addresses(
    rng: np.random.Generator,
    people: People,
    companies: Companies,
    first: list[str],
    last: list[str],
) -> list[str]:
    """Each person's mailbox; no two share one."""
    free = rng.choice(
        len(vocabulary.FREE_MAIL_DOMAINS), size=len(people), p=(0.6, 0.15, 0.1, 0.1, 0.05)
    )
    university = rng.integers(0, len(vocabulary.UNIVERSITY_DOMAINS), size=len(people))
    initials = rng.random(len(companies)) < 0.3
    taken: dict[str, int] = {}
    addresses = []
    for i, (given, family) in enumerate(zip(first, last, strict=True)):
        local = f"{given}.{family}".lower()
        if people.kind[i] == Kind.STUDENT:
            domain = vocabulary.UNIVERSITY_DOMAINS[university[i]]
        elif people.uses_free_mail[i] or people.kind[i] == Kind.BOT:
            domain = vocabulary.FREE_MAIL_DOMAINS[free[i]]
        else:
            domain = companies.domain[people.company[i]]
            if initials[people.company[i]] and people.kind[i] != Kind.COMPETITOR:
                local = f"{given[0]}{family}".lower()
        # Where names repeat (free mail, universities) a number tells people apart.
        count = taken[local + domain] = taken.get(local + domain, 0) + 1
        addresses.append(f"{local}{count if count > 1 else ''}@{domain}")
    return addresses


def _respelt(address: str, style: int, name: str) -> str:
    """The same mailbox, written otherwise."""
    local, domain = address.split("@")
    if style == 0:
        return address.upper()
    if style == 1 and domain == "gmail.com":
        return f"{local.replace('.', '')[:3]}.{local.replace('.', '')[3:]}@{domain}"
    if style == 2:
        return f" {local.title()}@{domain} "
    return f"{local}+{name}@{domain}"


def _untidy(rng: np.random.Generator, names: list[str]) -> list[str]:
    """Company names as people type them."""
    form = rng.integers(0, len(vocabulary.LEGAL_FORMS), size=len(names))
    style = rng.choice(5, size=len(names), p=(0.6, 0.15, 0.1, 0.1, 0.05))
    return [
        (
            name,
            f"{name} {vocabulary.LEGAL_FORMS[f]}",
            name.lower(),
            f" {name.upper()}  {vocabulary.LEGAL_FORMS[f]}. ",
            f"{name},  {vocabulary.LEGAL_FORMS[f].upper()}",
        )[s]
        for name, f, s in zip(names, form.tolist(), style.tolist(), strict=True)
    ]


def _untidy_countries(rng: np.random.Generator, country: Ints) -> list[str]:
    pick = rng.random(len(country))
    return [
        vocabulary.COUNTRIES[c][0]
        if u < 0.6
        else (v := vocabulary.COUNTRIES[c][1])[int(u * 997) % len(v)]
        for c, u in zip(country.tolist(), pick.tolist(), strict=True)
    ]


def _job_title(seniority: int, department: int, pick: int) -> str:
    templates = vocabulary.TITLES[seniority]
    return templates[pick % len(templates)].format(vocabulary.DEPARTMENTS[department])


@dataclass(frozen=True)
class Accounts:
    """The CRM's accounts, shape (accounts,): which company each is, and its number; `of_company` has for each company
    its one or two accounts, shape (2, companies), or -1."""

    company: Ints
    of_company: Ints

    def __len__(self) -> int:
        return len(self.company)

    def keys(self, account: Ints) -> pa.Array:
        """The keys of accounts; null where negative."""
        return columns.keys("A", np.where(account < 0, -1, account + 1), 6)


def make_accounts(seed: int, companies: Companies) -> Accounts:
    """An account for most companies, two for some."""
    rng = generator(seed, "accounts")
    known = np.flatnonzero(rng.random(len(companies)) < 0.88)
    twice = known[rng.random(len(known)) < 0.06]
    company = rng.permutation(np.concatenate([known, twice]))
    of_company = np.full((2, len(companies)), -1)
    for place in (0, 1):
        unseen = np.flatnonzero(~np.isin(np.arange(len(company)), of_company))
        of_company[place, company[unseen]] = unseen
    return Accounts(company, of_company)


def leads_table(
    seed: int,
    people: People,
    companies: Companies,
    records: Records,
    accounts: Accounts,
    history: History,
) -> pa.Table:
    """The table `leads`, by time of creation. Titles are as the CRM has them at the world's end."""
    rng = generator(seed, "leads")
    order = np.argsort(records.number)
    person, spelling = records.person[order], records.spelling[order]
    n = len(order)
    company = people.company[person]

    first, last = _names(rng, people)
    address = _addresses(rng, people, companies, first, last)
    style = rng.integers(0, 4, size=n)
    emails = []
    for i in range(n):
        p = person[i]
        if spelling[i] == Spelling.PLAIN:
            emails.append(address[p])
        elif spelling[i] == Spelling.SAME_MAILBOX:
            emails.append(
                _respelt(address[p], style[i], ("web", "events", "news", "crm")[style[i]])
            )
        else:
            emails.append(f"{first[p]}_{last[p]}@{companies.domain[company[i]]}".lower())
    is_alone = (records.later[0] < 0)[person]
    is_chain_start = ((records.later[1] >= 0)[person]) & (spelling == Spelling.PLAIN)
    draw = rng.random((8, n))
    emails = [
        "n/a" if alone and u > 0.996 else e
        for e, alone, u in zip(emails, is_alone, draw[0], strict=True)
    ]

    # Which account, if any: one of the company's, when somebody has linked it.
    second = accounts.of_company[1][company]
    account = np.where((second >= 0) & (draw[1] < 0.4), second, accounts.of_company[0][company])
    account = np.where((draw[2] < 0.7) & ~people.uses_free_mail[person], account, -1)
    is_person = ~np.isin(people.kind, (Kind.BOT, Kind.STUDENT))[person]
    account = np.where(is_person, account, -1)

    pick = rng.integers(0, 12, size=len(people))
    titles = [
        vocabulary.STUDENT_TITLES[pick[p] % 4]
        if people.kind[p] == Kind.STUDENT
        else _job_title(people.seniority[p], people.department[p], pick[p])
        for p in person
    ]
    source = people.source[person]
    spelt = np.where(draw[3] < 0.7, 0, rng.integers(0, 3, size=n))
    sources = [vocabulary.SOURCES[s][v] for s, v in zip(source, spelt, strict=True)]
    employees = companies.employees[company]
    team = np.maximum(1, employees**0.6 * rng.lognormal(0, 0.5, n)).round()
    persona = np.where(draw[4] < 0.5, people.seniority[person] // 2, rng.integers(0, 3, size=n))
    disqualified = history.outcome[person] == Outcome.DISQUALIFIED
    return pa.table(
        {
            "lead_id": records.lead_ids(order),
            "created_at": columns.times(records.created_at[order]),
            "email": columns.texts(emails, (rng.random(n) < 0.015) & is_alone),
            "first_name": columns.texts(
                [first[p] for p in person], (draw[5] < 0.04) & is_alone | is_chain_start
            ),
            "last_name": columns.texts(
                [last[p] for p in person], (draw[6] < 0.04) & is_alone | is_chain_start
            ),
            "job_title": columns.texts(titles, rng.random(n) < 0.12),
            "department": columns.words(
                np.where(rng.random(n) < 0.55, people.department[person], -1),
                vocabulary.DEPARTMENTS,
            ),
            "account_id": accounts.keys(account),
            "company_name": columns.texts(
                _untidy(rng, [companies.name[c] for c in company]),
                (rng.random(n) < 0.2) | ~is_person,
            ),
            "country": columns.texts(
                _untidy_countries(rng, people.country[person]), rng.random(n) < 0.1
            ),
            "lead_source": columns.texts(sources, rng.random(n) < 0.03),
            "campaign": columns.words(
                np.where(draw[7] < 0.4, rng.integers(0, len(vocabulary.CAMPAIGNS), n), -1),
                vocabulary.CAMPAIGNS,
            ),
            "owner_id": columns.keys(
                "rep-", np.where(rng.random(n) < 0.9, company % REPS + 1, -1), 2
            ),
            "is_deleted": columns.numbers(disqualified & (rng.random(n) < 0.03)),
            "x_team_size": columns.numbers(team, rng.random(n) < 0.6),
            "x_agreed_to_news": columns.numbers(rng.random(n) < 0.5),
            "x_persona": columns.words(persona, ("practitioner", "manager", "executive")),
        }
    )


def accounts_table(seed: int, companies: Companies, accounts: Accounts, people: People) -> pa.Table:
    """The table `accounts`, with holes, and second accounts spelt otherwise."""
    rng = generator(seed, "accounts table")
    company = accounts.company
    n = len(accounts)
    employees = companies.employees[company]
    revenue = employees * rng.lognormal(11.6, 0.5, n)
    technologies = [
        "|".join(np.array(vocabulary.TECHNOLOGIES)[row].tolist()) or None
        for row in companies.has_technology[company]
    ]
    industry = companies.industry[company]
    pick = rng.integers(0, 97, size=n)
    industries = [
        vocabulary.INDUSTRIES[i]
        if p < 58
        else vocabulary.INDUSTRY_VARIANTS[i][p % len(vocabulary.INDUSTRY_VARIANTS[i])]
        for i, p in zip(industry, pick, strict=True)
    ]
    shout = rng.random(n)
    domains = [
        f"https://www.{d}/" if u < 0.08 else f"www.{d}" if u < 0.16 else d.upper() if u < 0.2 else d
        for d, u in zip([companies.domain[c] for c in company], shout, strict=True)
    ]
    first_seen = np.full(len(companies), END - DAY)
    np.minimum.at(first_seen, people.company, people.created_at)
    funded = calendar.START - (rng.exponential(500, n) * DAY).astype(np.int64)
    return pa.table(
        {
            "account_id": accounts.keys(np.arange(n)),
            "name": columns.texts(_untidy(rng, [companies.name[c] for c in company])),
            "domain": columns.texts(domains, rng.random(n) < 0.05),
            "industry": columns.texts(industries, rng.random(n) < 0.15),
            "employee_count": columns.numbers(employees, rng.random(n) < 0.25),
            "annual_revenue": columns.numbers(revenue.round(-3), rng.random(n) < 0.4),
            "founded_year": columns.numbers(
                2025 - rng.gamma(2, 8, n).astype(np.int64), rng.random(n) < 0.3
            ),
            "country": columns.texts(
                _untidy_countries(rng, companies.country[company]), rng.random(n) < 0.08
            ),
            "technologies": columns.texts(technologies, rng.random(n) < 0.25),
            "funding_stage": columns.words(
                np.where(rng.random(n) < 0.65, companies.funding[company], -1),
                vocabulary.FUNDING_STAGES,
            ),
            "last_funding_at": columns.times(
                funded, (rng.random(n) < 0.6) | (companies.funding[company] == 0)
            ),
            "known_at": columns.times(
                np.minimum(
                    first_seen[company] + (rng.exponential(2, n) * DAY).astype(np.int64), END - HOUR
                ),
                rng.random(n) < 0.3,
            ),
            "x_site_visits": columns.numbers(
                (employees * rng.lognormal(4, 1, n)).round(), rng.random(n) < 0.3
            ),
            "x_is_hiring": columns.numbers(rng.random(n) < 0.4, rng.random(n) < 0.2),
            "x_region": columns.words(rng.integers(0, 4, n), ("north", "south", "east", "west")),
        }
    )


def attribute_changes_table(
    seed: int,
    leads: pa.Table,
    accounts: pa.Table,
    records: Records,
    closed_at: Times,
    history: History,
) -> pa.Table:
    """The table `attribute_changes`: whole histories of the attributes that the CRM watches.

    The value in `leads` or `accounts` is the last one. Titles are often put right only when a deal is won, so who
    takes today's title as known all along learns from the future.
    """
    rng = generator(seed, "attribute changes")
    order = np.argsort(records.number)
    person, created_at = records.person[order], records.created_at[order]
    n = len(order)
    fixed_at = created_at + (rng.exponential(50, n) * DAY).astype(np.int64)
    won = (history.outcome[person] == Outcome.WON) & (closed_at[person] > created_at)
    fixed_at = np.where(won, np.minimum(fixed_at, closed_at[person] + 2 * HOUR), fixed_at)
    titles = leads["job_title"].to_pylist()
    changes = rng.random(n) < np.where(won, 0.45, 0.14)
    rows: list[tuple[str, str, str, str | None, int]] = []
    ids = leads["lead_id"].to_pylist()
    for i in np.flatnonzero(changes & (fixed_at < END)):
        if titles[i] is None:
            continue
        vague = (None, "Manager", "Analyst", "Consultant")[i % 4]
        if vague:
            rows.append(("lead", ids[i], "job_title", vague, created_at[i]))
        rows.append(("lead", ids[i], "job_title", titles[i], fixed_at[i]))

    account_ids = accounts["account_id"].to_pylist()
    employees = accounts["employee_count"].to_pylist()
    since = accounts["known_at"].cast(pa.int64()).fill_null(calendar.START).to_numpy()
    for i in np.flatnonzero(rng.random(len(account_ids)) < 0.15):
        if employees[i] is None:
            continue
        moments = np.sort(since[i] + (rng.random(2) * (END - since[i])).astype(np.int64))
        sizes = [
            max(1, round(employees[i] * share))
            for share in (rng.uniform(0.4, 0.9), rng.uniform(0.8, 1.2))
        ]
        history_ = zip([*sizes, employees[i]], [since[i], *moments], strict=True)
        rows += [
            ("account", account_ids[i], "employee_count", str(size), at) for size, at in history_
        ]
    rows.sort(key=lambda row: (row[4], row[1]))
    entity, entity_id, attribute, value, known_at = zip(*rows, strict=True)
    return pa.table(
        {
            "entity": columns.texts(entity),
            "entity_id": columns.texts(entity_id),
            "attribute": columns.texts(attribute),
            "value": columns.texts(value),
            "known_at": columns.times(np.array(known_at)),
        }
    )
