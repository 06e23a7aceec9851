"""Columns planted in the leads of a demo world, which holds no leak itself.

Leaks as CRMs have them, and honest columns that look alike. A value is today's, as an export of a
CRM gives it.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# For leads that were won, were lost, are open: the share filled in, and the words with their odds.
Words = Mapping[str, tuple[float, Mapping[str, float]]]

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
LOSS_REASON: Words = {"lost": (0.9, {"Price": 0.6, "Competitor": 0.4})}


class Leads:
    """The leads of a demo folder: how they ended, and how interested they were when new.

    Attributes:
        ids: lead ids, in order.
        fate: won, lost or open.
        last_word_at: when the lead was closed; of open leads, the last time that any was closed.
        interest: rank of the true chance at the lead's first moment, 0 to 1.
    """

    def __init__(self, raw: Path, seed: int) -> None:
        rows = duckdb.sql(
            f"""
            with ends as (
                select
                    lead_id,
                    if(bool_or(outcome = 'won'), 'won', 'lost') as fate,
                    min(outcome_at) as closed_at
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
                lead_id,
                coalesce(fate, 'open') as fate,
                coalesce(closed_at, (select max(closed_at) from ends)) as last_word_at,
                if(chance is null, 0.5, percent_rank() over (order by chance)) as interest
            from (select distinct lead_id from '{raw}/leads.parquet')
            left join ends using (lead_id)
            left join first_chances using (lead_id)
            where lead_id is not null
            order by lead_id
            """
        ).fetchnumpy()
        self.ids = rows["lead_id"]
        self.fate = rows["fate"]
        self.last_word_at = rows["last_word_at"]
        self.interest = rows["interest"]
        self.random = np.random.default_rng(seed)

    def happens(self, probability: np.ndarray | float) -> np.ndarray:
        return self.random.random(len(self.ids)) < probability

    def by_fate(self, won: float, lost: float, open_: float) -> np.ndarray:
        return np.select([self.fate == "won", self.fate == "lost"], [won, lost], open_)

    def words(self, table: Words) -> np.ndarray:
        values = np.full(len(self.ids), None, dtype=object)
        for fate, (share, odds) in table.items():
            drawn = self.random.choice(list(odds), len(self.ids), p=list(odds.values()))
            chosen = (self.fate == fate) & self.happens(share)
            values[chosen] = drawn[chosen]
        return values


def _only(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, values, None)


Column = Callable[[Leads], np.ndarray]

LEAKS: dict[str, Column] = {
    "x_tags": lambda leads: leads.words(TAGS),
    "x_lead_quality": lambda leads: leads.words(LEAD_QUALITY),
    "x_last_notable_activity": lambda leads: leads.words(LAST_NOTABLE_ACTIVITY),
    # the call that closed the deal, or the one that did not
    "x_call_minutes": lambda leads: _only(
        leads.random.gamma(4.0, leads.by_fate(7.0, 1.0, 1.0)).round(1),
        leads.happens(leads.by_fate(0.97, 0.6, 0.03)),
    ),
    "x_loss_reason": lambda leads: leads.words(LOSS_REASON),
    "x_contract_number": lambda leads: _only(
        np.char.add("C-", leads.random.permutation(len(leads.ids)).astype(str)),
        leads.fate == "won",
    ),
}

HONEST: dict[str, Column] = {
    "x_city": lambda leads: leads.random.choice(
        ["Mumbai", "Thane", "Pune", "Nagpur", "Nashik", None], len(leads.ids)
    ),
    "x_newsletter": lambda leads: leads.happens(0.2 + 0.4 * leads.interest),
    "x_budget": lambda leads: _only(
        leads.random.lognormal(9.0 + leads.interest).round(), leads.happens(0.5)
    ),
    # the less interested leave the question open
    "x_how_heard": lambda leads: _only(
        leads.random.choice(["Search", "Friend", "Advertisement", "Fair"], len(leads.ids)),
        leads.happens(0.4 + 0.5 * leads.interest),
    ),
    "x_reference": lambda leads: np.char.add("R-", leads.ids.astype(str)),
    "x_retired": lambda leads: np.full(len(leads.ids), None),
}


def plant(
    raw: Path,
    out: Path,
    columns: Mapping[str, Column],
    seed: int = 0,
    with_history: bool = False,
) -> Path:
    """Copies the demo folder `raw` to `out`, with `columns` added to its leads. Gives `out`.

    With history, `attribute_changes` says that the columns were filled in at the last word on each
    lead: a leak is then honest, since no past moment of an open lead knows it.
    """
    shutil.copytree(raw, out)
    leads = Leads(raw, seed)
    values = {
        name: dict(zip(leads.ids, column(leads).tolist(), strict=True))
        for name, column in columns.items()
    }
    table = pq.read_table(raw / "leads.parquet")
    for name, of_lead in values.items():
        column = pa.array([of_lead.get(lead) for lead in table["lead_id"].to_pylist()])
        table = table.append_column(name, column)
    pq.write_table(table, out / "leads.parquet")
    if with_history:
        told = pq.read_table(raw / "attribute_changes.parquet")
        changes = [
            {
                "entity": "lead",
                "entity_id": lead,
                "attribute": name,
                "value": None if of_lead[lead] is None else str(of_lead[lead]),
                "known_at": known_at,
            }
            for name, of_lead in values.items()
            for lead, known_at in zip(leads.ids, leads.last_word_at.tolist(), strict=True)
        ]
        told = pa.concat_tables([told, pa.Table.from_pylist(changes, told.schema)])
        pq.write_table(told, out / "attribute_changes.parquet")
    return out
