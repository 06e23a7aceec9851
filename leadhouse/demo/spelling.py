"""How names and addresses are written: apart where people must be told apart, else untidily."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadhouse.demo import vocabulary
from leadhouse.demo.calendar import Ints
from leadhouse.demo.population import Companies, Kind, People
from leadhouse.demo.sampling import ragged

# Prime, so that steps of this size visit every name before one comes again.
NAME_STRIDE = 7919


def full_names(rng: np.random.Generator, people: People) -> tuple[list[str], list[str]]:
    """First and last names of all people; no two at one company have the same."""
    first_names, last_names = vocabulary.FIRST_NAMES, vocabulary.LAST_NAMES
    possible = len(first_names) * len(last_names)
    sizes = np.bincount(people.company)
    rank = np.empty(len(people), dtype=np.int64)
    rank[np.argsort(people.company, kind="stable")] = ragged(sizes)[1]
    start = rng.integers(0, possible, size=len(sizes))
    first, last = np.divmod(
        (start[people.company] + rank * NAME_STRIDE) % possible, len(last_names)
    )
    return [first_names[i] for i in first], [last_names[i] for i in last]


def addresses(
    rng: np.random.Generator,
    people: People,
    companies: Companies,
    first: list[str],
    last: list[str],
) -> list[str]:
    """Each person's mailbox; no two share one, and no namesakes share a university's domain."""
    providers = vocabulary.FREE_MAIL_DOMAINS
    provider = rng.choice(len(providers), size=len(people), p=(0.6, 0.15, 0.1, 0.1, 0.05)).tolist()
    uses_initials = (rng.random(len(companies)) < 0.3).tolist()
    uses_provider = (people.uses_free_mail | (people.kind == Kind.BOT)).tolist()
    company, kind = people.company.tolist(), people.kind.tolist()
    taken: Counter[str] = Counter()
    mailboxes = []
    for i, (given, family) in enumerate(zip(first, last, strict=True)):
        local = f"{given}.{family}".lower()
        if kind[i] == Kind.STUDENT:
            taken[local] += 1
            universities = vocabulary.UNIVERSITY_DOMAINS
            domain = universities[(len(local) + taken[local]) % len(universities)]
        elif uses_provider[i]:
            domain = providers[provider[i]]
        else:
            domain = companies.domain[company[i]]
            # Rivals are few companies with many people, for whom initials would not do.
            if uses_initials[company[i]] and kind[i] != Kind.COMPETITOR:
                local = f"{given[0]}{family}".lower()
        mailbox = f"{local}@{domain}"
        taken[mailbox] += 1
        mailboxes.append(f"{local}{taken[mailbox]}@{domain}" if taken[mailbox] > 1 else mailbox)
    return mailboxes


def same_mailbox(address: str, style: int) -> str:
    """The address in another of four styles; mail to it arrives in the same mailbox."""
    local, domain = address.split("@")
    if style == 0:
        return address.upper()
    if style == 1:
        return f" {local.title()}@{domain} "
    if style == 2 and domain == "gmail.com":
        letters = local.replace(".", "")
        return f"{letters[:3]}.{letters[3:]}@{domain}"
    return f"{local}+{('web', 'events')[style % 2]}@{domain}"


def untidy_companies(rng: np.random.Generator, names: Sequence[str]) -> list[str]:
    """Company names as people type them."""
    forms = [
        vocabulary.LEGAL_FORMS[i] for i in rng.integers(0, len(vocabulary.LEGAL_FORMS), len(names))
    ]
    styles = rng.choice(5, size=len(names), p=(0.6, 0.15, 0.1, 0.1, 0.05)).tolist()
    patterns = ("{0}", "{0} {1}", "{2}", " {3}  {1}. ", "{0},  {1}")
    return [
        patterns[style].format(name, form, name.lower(), name.upper())
        for name, form, style in zip(names, forms, styles, strict=True)
    ]


def untidy_domains(rng: np.random.Generator, domains: Sequence[str]) -> list[str]:
    """Domains of companies, some as addresses of pages."""
    styles = rng.choice(4, size=len(domains), p=(0.8, 0.08, 0.08, 0.04)).tolist()
    patterns = ("{0}", "www.{0}", "https://www.{0}/", "{1}")
    return [patterns[s].format(d, d.upper()) for s, d in zip(styles, domains, strict=True)]


def spelt(
    rng: np.random.Generator, codes: Ints, spellings: Sequence[Sequence[str]], usual: float
) -> list[str]:
    """For each code one of its spellings: the first as often as said, else any of them."""
    draw = rng.random((2, len(codes)))
    counts = np.array([len(words) for words in spellings])
    pick: npt.NDArray = np.where(draw[0] < usual, 0, (draw[1] * counts[codes]).astype(np.int64))
    return [spellings[code][i] for code, i in zip(codes.tolist(), pick.tolist(), strict=True)]


def job_title(seniority: int, department: int, pick: int) -> str:
    """A title for a seniority and a department."""
    titles = vocabulary.TITLES[seniority]
    return titles[pick % len(titles)].format(vocabulary.DEPARTMENTS[department])
