"""Which records of people and companies the CRM of the demo world has: for some, more than one.

A person's further records have the same mailbox written otherwise (case, plus-tag, dots at Gmail)
or another address of the same company. With three records A, B, C, A and B share a mailbox, B and C
a name and a company's domain, A and C nothing: only the chain shows that they are one.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa

from leadhouse.demo import columns
from leadhouse.demo.calendar import DAY, END, Ints, Times
from leadhouse.demo.population import Kind
from leadhouse.demo.world import World

DUPLICATE_SHARE = 0.05
CHAIN_SHARE = 0.2
REPS = 12


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

    `later`, shape (2, people), is each person's second and third record, or -1; `number` is the
    rank by time of creation, from which the lead's key is made.
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


def make_records(world: World, duplicates: int) -> Records:
    """A record for every person, and so many more."""
    people = world.people
    rng = world.generator("records")
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


@dataclass(frozen=True)
class Accounts:
    """The CRM's accounts, shape (accounts,): which company each is.

    `of_company`, shape (2, companies), has each company's one or two accounts, or -1.
    """

    company: Ints
    of_company: Ints

    def __len__(self) -> int:
        return len(self.company)

    def keys(self, account: Ints) -> pa.Array:
        """The keys of accounts; null where negative."""
        return columns.keys("A", np.where(account < 0, -1, account + 1), 6)


def make_accounts(world: World) -> Accounts:
    """An account for most companies, two for some."""
    companies = world.companies
    rng = world.generator("accounts")
    known = np.flatnonzero(rng.random(len(companies)) < 0.88)
    twice = known[rng.random(len(known)) < 0.06]
    company = rng.permutation(np.concatenate([known, twice]))
    of_company = np.full((2, len(companies)), -1)
    of_company[0, company] = np.arange(len(company))
    others = np.flatnonzero(of_company[0, company] != np.arange(len(company)))
    of_company[1, company[others]] = others
    return Accounts(company, of_company)
