from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest

from leadhouse.demo import write_demo

LEADS = 5_000
SEED = 7

LABELS = """
create table labels as
with records as (
    -- A merged person's outcome may stand on any of her records; see `people` below.
    select people.person_id, outcomes.outcome, outcomes.outcome_at
    from outcomes
    inner join people using (lead_id)
    where outcomes.outcome = 'won' and outcomes.outcome_at is not null
)

select
    truth.lead_id,
    truth.moment_at,
    truth.true_probability,
    coalesce(bool_or(
        records.outcome_at > truth.moment_at
        and records.outcome_at <= truth.moment_at + interval 30 days
    ), false)::integer as is_won
from truth
inner join people using (lead_id)
left join records using (person_id)
where truth.moment_at <= timestamp '2026-01-01' - interval 30 days
group by all
"""

# Who is who, by the rules that a merge follows: same mailbox, or same name at the same company.
PEOPLE = r"""
create table people as
with recursive valid as (
    select
        lead_id,
        split_part(lower(trim(email)), '@', 2) as domain,
        regexp_replace(split_part(lower(trim(email)), '@', 1), '\+.*', '') as untagged,
        first_name || ' ' || last_name as full_name
    from leads
    where lead_id is not null and created_at is not null
    qualify row_number() over (partition by lead_id) = 1
),

keyed as (
    select
        lead_id,
        case
            when domain = 'gmail.com' then replace(untagged, '.', '') || '@' || domain
            when domain != '' then untagged || '@' || domain
        end as mailbox,
        case
            when domain not in
                ('gmail.com', 'outlook.com', 'yahoo.com', 'icloud.com', 'proton.me')
                then full_name || '@' || nullif(domain, '')
        end as name_at
    from valid
),

links as (
    select a.lead_id, b.lead_id as other_id
    from keyed as a inner join keyed as b on a.mailbox = b.mailbox
    union
    select a.lead_id, b.lead_id from keyed as a inner join keyed as b on a.name_at = b.name_at
    union
    select lead_id, lead_id from keyed
),

reached as (
    select lead_id, other_id from links
    union
    select reached.lead_id, links.other_id
    from reached inner join links on reached.other_id = links.lead_id
)

select lead_id, min(other_id) as person_id from reached group by lead_id
"""


@dataclass(frozen=True)
class Demo:
    """A demo world on disk, and a connection in which its tables are views."""

    folder: Path
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> float:
        return self.rows(sql)[0][0]

    def columns(self, sql: str) -> dict[str, np.ndarray]:
        return self.connection.execute(sql).fetchnumpy()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "world"
    write_demo(folder, LEADS, SEED)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for path in folder.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        connection.execute(PEOPLE)
        connection.execute(LABELS)
        yield Demo(folder, connection)
