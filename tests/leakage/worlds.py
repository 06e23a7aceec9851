"""Columns for the demo world's leads: leaks as CRMs have them, and honest ones that look alike.

The demo world itself holds no leak. A column is today's value, as an export of a CRM gives it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# What becomes of a lead: won, lost, open. Shares that are filled in, and the words with their odds.
Words = dict[str, tuple[float, dict[str, float]]]

TAGS: Words = {
    "won": (0.96, {"Will revert after reading the email": 0.9, "Closed by sales": 0.1}),
    "lost": (0.6, {"Ringing": 0.5, "Interested in other courses": 0.3, "Switched off": 0.2}),
    "open": (0.1, {"Ringing": 0.6, "Interested in other courses": 0.3, "Switched off": 0.1}),
}
LEAD_QUALITY: Words = {
    "won": (0.85, {"High in relevance": 0.7, "Might be": 0.3}),
    "lost": (0.45, {"Worst": 0.5, "Low in relevance": 0.3, "Might be": 0.2}),
    "open": (0.05, {"Might be": 1.0}),
}
LAST_NOTABLE_ACTIVITY: Words = {
    "won": (1.0, {"Phone conversation": 0.4, "SMS sent": 0.4, "Modified": 0.2}),
    "lost": (1.0, {"Modified": 0.6, "Email opened": 0.3, "SMS sent": 0.1}),
    "open": (1.0, {"Email opened": 0.5, "Page visited": 0.4, "Modified": 0.1}),
}


class Leads:
    """The leads of a demo folder as columns are planted on them."""

    def __init__(self, raw: Path, seed: int) -> None:
        rows = duckdb.sql(
            f"""
            with fates as (
                select
                    lead_id,
                    case when bool_or(outcome = 'won') then 'won' else 'lost' end as fate
                from '{raw}/outcomes.parquet'
                where outcome in ('won', 'lost', 'disqualified')
                group by lead_id
            ),
            first_chances as (
                select lead_id, arg_min(true_probability, moment_at) as chance
                from '{raw}/truth.parquet'
                group by lead_id
            )
            select
                leads.lead_id,
                coalesce(fate, 'open') as fate,
                case when chance is null then 0.5 else percent_rank() over (order by chance) end
                    as interest
            from (select distinct lead_id from '{raw}/leads.parquet') as leads
            left join fates using (lead_id)
            left join first_chances using (lead_id)
            order by leads.lead_id
            """
        ).fetchnumpy()
        self.ids = rows["lead_id"]
        self.fate = rows["fate"]
        self.interest = rows["interest"]  # rank of the true chance when the lead was new, 0 to 1
        self.random = np.random.default_rng(seed)

    def happens(self, probability: np.ndarray | float) -> np.ndarray:
        return self.random.random(len(self.ids)) < probability

    def by_fate(self, won: float, lost: float, open: float) -> np.ndarray:
        return np.select([self.fate == "won", self.fate == "lost"], [won, lost], open)

    def words(self, table: Words) -> np.ndarray:
        values = np.full(len(self.ids), None, dtype=object)
        for fate, (share, odds) in table.items():
            drawn = self.random.choice(list(odds), len(self.ids), p=list(odds.values()))
            chosen = (self.fate == fate) & self.happens(share)
            values[chosen] = drawn[chosen]
        return values


def only(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, values, None)


Column = Callable[[Leads], np.ndarray]

LEAKS: dict[str, Column] = {
    "x_tags": lambda leads: leads.words(TAGS),
    "x_lead_quality": lambda leads: leads.words(LEAD_QUALITY),
    "x_last_notable_activity": lambda leads: leads.words(LAST_NOTABLE_ACTIVITY),
    # the call that closed the deal, or the one that did not
    "x_call_minutes": lambda leads: only(
        np.round(leads.random.gamma(4.0, leads.by_fate(7.0, 1.0, 1.0), len(leads.ids)), 1),
        leads.happens(leads.by_fate(0.97, 0.6, 0.03)),
    ),
    "x_contract_number": lambda leads: only(
        np.char.add("C-", leads.random.permutation(len(leads.ids)).astype(str)),
        leads.fate == "won",
    ),
}

HONEST: dict[str, Column] = {
    "x_city": lambda leads: leads.random.choice(
        ["Mumbai", "Thane", "Pune", "Nagpur", "Nashik", None], len(leads.ids)
    ),
    "x_newsletter": lambda leads: leads.happens(0.2 + 0.4 * leads.interest),
    "x_budget": lambda leads: only(
        np.round(leads.random.lognormal(9.0 + leads.interest, 1.0)), leads.happens(0.5)
    ),
    # the less interested leave the question open
    "x_how_heard": lambda leads: only(
        leads.random.choice(["Search", "Friend", "Advertisement", "Fair"], len(leads.ids)),
        leads.happens(0.4 + 0.5 * leads.interest),
    ),
}


def plant(raw: Path, out: Path, columns: dict[str, Column], seed: int = 0) -> Path:
    """Copies the demo folder `raw` to `out`, with `columns` added to its leads. Gives `out`."""
    shutil.copytree(raw, out)
    leads = Leads(raw, seed)
    planted = pa.table(
        {"lead_id": leads.ids} | {n: column(leads).tolist() for n, column in columns.items()}
    )
    given = pq.read_table(raw / "leads.parquet")
    pq.write_table(given.join(planted, "lead_id"), out / "leads.parquet")
    return out
