"""Who lives in the demo world: companies, people, and how well each person fits what is sold.

A *person* is one human being (or bot); the CRM may hold several records of one
(`records.py`). People are numbered in the order in which they became leads.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from leadhouse.demo import calendar, vocabulary
from leadhouse.demo.calendar import Ints, Times
from leadhouse.demo.sampling import categorical, expit, generator

Floats = npt.NDArray[np.floating]

FIT_STEP = 0.1
FIT_LIMIT = 2.5


class Kind(IntEnum):
    """What a person is; all but buyers are next to worthless."""

    BUYER = 0
    BOT = 1
    STUDENT = 2
    COMPETITOR = 3
    UNSUBSCRIBER = 4


class Response(IntEnum):
    """What outreach does to a person."""

    INDIFFERENT = 0
    PERSUADABLE = 1
    SLEEPING_DOG = 2


class Source(IntEnum):
    """Where a lead came from; in the order of `vocabulary.SOURCES`."""

    ORGANIC = 0
    PAID_SEARCH = 1
    PAID_SOCIAL = 2
    WEBINAR = 3
    CONTENT = 4
    DEMO_REQUEST = 5
    REFERRAL = 6
    EVENT = 7
    LIST = 8


KIND_SHARES = (0.885, 0.02, 0.035, 0.015, 0.045)

# Share of new leads at the world's start and at its end: cheap channels grow.
SOURCE_SHARES_FIRST = (0.20, 0.13, 0.05, 0.12, 0.16, 0.10, 0.10, 0.09, 0.05)
SOURCE_SHARES_LAST = (0.15, 0.14, 0.19, 0.10, 0.15, 0.07, 0.05, 0.05, 0.10)

# Log of the hazard ratio of winning that each trait is worth.
SOURCE_FIT = np.array([0.15, 0.05, -0.45, 0.10, -0.15, 0.30, 0.60, 0.0, -0.55])
INDUSTRY_FIT = np.array([0.40, 0.20, -0.10, 0.0, -0.10, 0.10, -0.50, 0.0, 0.20, -0.40])
COUNTRY_FIT = np.array([0.1, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.2, 0.0, -0.2, 0.0])
SENIORITY_FIT = np.array([-0.50, 0.0, 0.40, 0.45, 0.10])
DEPARTMENT_FIT = np.array([0.30, 0.30, 0.0, -0.2, -0.3, -0.5, 0.0, 0.2])
FUNDING_FIT = np.array([-0.10, -0.10, 0.05, 0.15, 0.10, 0.0])
TECHNOLOGY_FIT = np.array([0.10, 0.0, 0.20, 0.20, 0.10, 0.0, 0.0, 0.0, 0.0])
QUALITY_DRIFT = -0.35
TRAIT_WEIGHT = 0.74
UNSEEN_COMPANY_SD = 0.15
UNSEEN_PERSON_SD = 0.20

# Interest (levels) with which a lead of each source and of each kind arrives.
ARRIVAL_INTEREST = np.array([1.5, 1.0, 0.5, 1.0, 0.7, 4.0, 2.0, 1.2, 0.0])
ARRIVAL_OF_KIND = np.array([1.0, 0.0, 0.3, 0.3, 0.5])


@dataclass(frozen=True)
class Companies:
    """Companies, each array of shape (companies,). Those of rivals come first."""

    name: list[str]
    domain: list[str]
    industry: Ints
    country: Ints
    employees: Ints
    funding: Ints
    has_technology: npt.NDArray[np.bool_]
    fit: Floats

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class People:
    """People, each array of shape (people,).

    `fit` is in steps of `FIT_STEP`, counted from -FIT_LIMIT: the log of a hazard ratio. `activity`
    is how busy a person is online, which says nothing about whether she will buy.
    """

    company: Ints
    kind: Ints
    response: Ints
    segment: Ints
    fit: Ints
    created_at: Times
    source: Ints
    seniority: Ints
    department: Ints
    country: Ints
    utc_offset: Ints
    arrival_interest: Ints
    activity: Floats
    uses_free_mail: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.company)

    @property
    def created_day(self) -> Ints:
        """The day on which each became a lead."""
        return (self.created_at - calendar.START) // calendar.DAY

    @property
    def fit_log_hazard(self) -> Floats:
        """Log of the hazard ratio that each person's fit is worth."""
        return self.fit * FIT_STEP - FIT_LIMIT


def _company_names(rng: np.random.Generator, count: int) -> tuple[list[str], list[str]]:
    starts, middles, ends = (
        vocabulary.COMPANY_STARTS,
        vocabulary.COMPANY_MIDDLES,
        vocabulary.COMPANY_ENDS,
    )
    combinations = len(starts) * len(middles) * len(ends)
    # When the words run out a number tells namesakes apart: no two companies share a domain.
    rounds = -(-count // combinations)
    chosen = rng.permutation(rounds * combinations)[:count]
    names, domains = list(vocabulary.RIVALS), [f"{name.lower()}.com" for name in vocabulary.RIVALS]
    tops = np.array(["com", "io", "co", "net"])[rng.integers(0, 4, size=count)]
    for code, top in zip(chosen.tolist(), tops.tolist(), strict=True):
        repeat, rest = divmod(code, combinations)
        rest, end = divmod(rest, len(ends))
        start, middle = divmod(rest, len(middles))
        word = starts[start] + middles[middle] + (str(repeat + 1) if repeat else "")
        names.append(f"{word} {ends[end]}")
        domains.append(f"{word}{ends[end]}.{top}".lower())
    return names[:count], domains[:count]


def make_companies(seed: int, count: int) -> Companies:
    """Companies with their attributes, and what each adds to the fit of its people."""
    rng = generator(seed, "companies")
    name, domain = _company_names(rng, count)
    industry = rng.choice(len(INDUSTRY_FIT), size=count, p=_shares(10, 0.25))
    industry[: len(vocabulary.RIVALS)] = 0
    country = rng.choice(len(COUNTRY_FIT), size=count, p=[row[3] for row in vocabulary.COUNTRIES])
    employees = np.maximum(1, rng.lognormal(4.8, 1.7, size=count)).astype(np.int64)
    stage = np.log10(employees) * 1.1 + rng.normal(-0.6, 1.2, size=count)
    funding = np.clip(stage, 0, 5).astype(np.int64)
    has_technology = rng.random((count, len(TECHNOLOGY_FIT))) < np.linspace(0.4, 0.12, 9)
    # The product suits the middle: too small to afford it on one side, already served on the other.
    size_fit = 0.35 - 0.10 * (np.log(employees) - np.log(300)) ** 2
    fit = (
        np.maximum(size_fit, -1.0)
        + INDUSTRY_FIT[industry]
        + COUNTRY_FIT[country]
        + FUNDING_FIT[funding]
        + has_technology @ TECHNOLOGY_FIT
        + rng.normal(0, UNSEEN_COMPANY_SD, size=count)
    )
    return Companies(name, domain, industry, country, employees, funding, has_technology, fit)


def _shares(count: int, spread: float) -> Floats:
    weights = np.exp(-spread * np.arange(count))
    return weights / weights.sum()


def _created_at(rng: np.random.Generator, company: Ints, companies: int) -> Times:
    """Leads arrive a little more often every month, and colleagues soon after one another."""
    span = calendar.DAYS * calendar.DAY
    growth = 0.5
    uniform = rng.random((2, max(companies, len(company))))
    # Inverse of the distribution with density proportional to 1 + growth * x.
    fraction = (np.sqrt(1 + (2 * growth + growth**2) * uniform) - 1) / growth
    follows = rng.random(len(company)) < 0.5
    moment = np.where(
        follows,
        fraction[0][company] * span + rng.exponential(30, size=len(company)) * calendar.DAY,
        fraction[1][: len(company)] * span,
    )
    moment = np.where(moment < span, moment, fraction[1][: len(company)] * span)
    day = (moment // calendar.DAY).astype(np.int64)
    # Of those on a weekend, two in three come on the Friday before.
    weekend = calendar.is_weekend(day) & (rng.random(len(day)) < 0.67)
    return np.maximum(day - np.where(weekend, 2, 0), 0)


def make_people(seed: int, count: int, companies: Companies) -> People:
    """People of those companies, in the order in which they become leads."""
    rng = generator(seed, "people")
    kind = categorical(rng, KIND_SHARES, np.zeros(count, dtype=np.int64))
    popularity = rng.gamma(0.9, size=len(companies))
    popularity[: len(vocabulary.RIVALS)] = 0
    company = rng.choice(len(companies), size=count, p=popularity / popularity.sum())
    rivals = rng.integers(0, len(vocabulary.RIVALS), size=count)
    company = np.where(kind == Kind.COMPETITOR, rivals, company)

    country = np.where(
        rng.random(count) < 0.9, companies.country[company], rng.integers(0, 12, count)
    )
    utc_offset = np.array([row[2] for row in vocabulary.COUNTRIES])[country]
    created_day = _created_at(rng, company, len(companies))
    created_at = calendar.times_of_day(rng, created_day, utc_offset)

    progress = created_day / calendar.DAYS
    mixes = np.linspace(SOURCE_SHARES_FIRST, SOURCE_SHARES_LAST, calendar.DAYS)
    source = categorical(rng, mixes, created_day)
    seniority = categorical(rng, (0.38, 0.30, 0.16, 0.08, 0.08), np.zeros(count, dtype=np.int64))
    department = categorical(rng, (4, 3, 2, 2, 1, 1, 2, 2), np.zeros(count, dtype=np.int64))
    employees = companies.employees[company]

    # In a small firm the founder decides; in a large one a chief officer is only a name on a list.
    boss = np.where(employees < 60, 0.45, -0.25) * (seniority == 4)
    fit = (
        companies.fit[company]
        + SENIORITY_FIT[seniority]
        + DEPARTMENT_FIT[department] * np.where(seniority == 0, 0.5, 1.2)
        + boss
        + SOURCE_FIT[source]
        + QUALITY_DRIFT * progress
        + rng.normal(0, UNSEEN_PERSON_SD, size=count)
    )
    fit_index = np.clip(
        np.rint((TRAIT_WEIGHT * fit + FIT_LIMIT) / FIT_STEP), 0, 2 * FIT_LIMIT / FIT_STEP
    )

    persuadable = expit(-1.6 + 1.5 * (employees < 500) + 1.0 * np.isin(department, (0, 1)))
    sleeping = np.where(seniority >= 3, 0.20, 0.05)
    draw = rng.random(count)
    response = np.where(
        draw < persuadable,
        Response.PERSUADABLE,
        np.where(draw > 1 - sleeping, Response.SLEEPING_DOG, Response.INDIFFERENT),
    )

    people = People(
        company=company,
        kind=kind,
        response=response,
        segment=np.digitize(employees, (50, 1000)),
        fit=fit_index.astype(np.int64),
        created_at=created_at,
        source=source,
        seniority=seniority,
        department=department,
        country=country,
        utc_offset=utc_offset,
        arrival_interest=rng.poisson(ARRIVAL_INTEREST[source] * ARRIVAL_OF_KIND[kind]),
        activity=rng.lognormal(-0.08, 0.4, size=count),
        uses_free_mail=(rng.random(count) < 0.12) & (kind != Kind.COMPETITOR),
    )
    order = np.argsort(created_at, kind="stable")
    return People(**{name: array[order] for name, array in vars(people).items()})
