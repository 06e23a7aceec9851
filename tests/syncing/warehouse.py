"""A warehouse that holds what a sync needs, and no more: the log's tables, and int_crm_updates.

The view is a plain account of what docs/sync.md says of it, over the same tables, so that engines
can be tested without a build; tests/syncing/test_cli.py has the true one.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import jinja2

PROJECT = Path(__file__).parents[2]

VIEW = """
create view int_crm_updates as
with sends as (
    select sends.*, answers.status
    from main_operations.crm_sends as sends
    left join main_operations.crm_answers as answers using (request_id, lead_id)
),
latest as (
    select * from sends
    qualify row_number() over (partition by destination, lead_id order by sent_at desc) = 1
),
standing as (
    select * from sends where status is distinct from 'refused'
    qualify row_number() over (partition by destination, lead_id order by sent_at desc) = 1
),
stays as (
    select
        wanted.*,
        case
            when latest.lead_id is null then 'new'
            when latest.is_leaving and latest.status is not null then 'new'
            when latest.status is null then 'again'
            when latest.address <> wanted.address then 'moved'
            when list_bool_or([
                (wanted.properties -> name) is distinct from (latest.properties -> name)
                for name in json_keys(latest.properties)
            ]) then 'changed'
            when latest.status = 'refused' then 'refused'
            else 'none'
        end as change,
        false as is_leaving
    from wanted
    left join latest using (destination, lead_id)
),
leaves as (
    select
        standing.destination,
        standing.lead_id,
        standing.address,
        null as score,
        destinations.emptied as properties,
        case
            when standing.is_leaving and standing.status is not null then 'none'
            when latest.is_leaving then coalesce(latest.status, 'again')
            else 'closed'
        end as change,
        true as is_leaving
    from standing
    inner join latest using (destination, lead_id)
    inner join destinations using (destination)
    anti join wanted using (destination, lead_id)
)
select
    * exclude (properties),
    properties::varchar as properties,
    md5(properties::varchar) as properties_hash,
    change not in ('none', 'refused') and not (
        is_leaving
        and (destination, address) in (select (wanted.destination, wanted.address) from wanted)
    ) as is_due
from (from stays union all by name from leaves)
"""


def make_warehouse(
    connection: duckdb.DuckDBPyConnection,
    destination: str,
    fields: Mapping[str, str],
    people_may_change: str = "",
) -> None:
    """Makes a warehouse with one destination.

    Args:
        fields: the destination's property names, with our fields.
        people_may_change: one of the names.
    """
    macro = (PROJECT / "macros/activation/prepare_sync_tables.sql").read_text()
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(  # noqa: S701 (SQL)
        macro,
        globals={
            "execute": True,
            "flags": {"WHICH": "build"},
            "operations_schema": lambda: "main_operations",
        },
    )
    emptied = json.dumps(dict.fromkeys(sorted(fields)))
    connection.execute(template.module.prepare_sync_tables())
    connection.execute(
        "create table wanted ("
        "destination varchar, lead_id varchar, address varchar, score double, properties json)"
    )
    connection.execute(
        "create table destinations as select ? as destination, ?::json as emptied",
        [destination, emptied],
    )
    connection.execute(
        "create schema main_seeds; create table main_seeds.crm_properties"
        " (destination varchar, field varchar, property varchar, people_may_change boolean)"
    )
    connection.executemany(
        "insert into main_seeds.crm_properties values (?, ?, ?, ?)",
        [(destination, field, name, name == people_may_change) for name, field in fields.items()],
    )
    connection.execute(VIEW)


def want(
    connection: duckdb.DuckDBPyConnection,
    destination: str,
    leads: Mapping[str, tuple[str, float, Mapping[str, Any]]],
) -> None:
    """Says what should be at a destination: for each lead address, score and properties."""
    connection.execute("delete from wanted where destination = ?", [destination])
    if leads:
        connection.execute(
            "insert into wanted select ?, unnest(?), unnest(?), unnest(?), unnest(?)::json",
            [
                destination,
                list(leads),
                [address for address, _, _ in leads.values()],
                [score for _, score, _ in leads.values()],
                [
                    json.dumps(dict(sorted(properties.items())), separators=(",", ":"))
                    for _, _, properties in leads.values()
                ],
            ],
        )


def raise_alerts(connection: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> None:
    """Makes lead_alerts, a row for each text, of the ids a0, a1 and so on; no model is refused."""
    connection.execute(
        "create table lead_alerts as select"
        " 'a' || place as alert_id, 'l1' as lead_id, 'became_hot' as kind, 'rep 1' as rep_id, text,"
        " timestamp '2026-01-01' + interval 1 day * place as as_of"
        " from (select unnest($texts) as text, unnest(range(len($texts))) as place)",
        {"texts": list(texts)},
    )
    connection.execute(
        "create table model_alerts (model_version varchar, scored_by_model_version varchar,"
        " problem varchar, as_of timestamp)"
    )


def check_log(connection: duckdb.DuckDBPyConnection) -> None:
    """What must hold of a log, whatever happened: each of these queries finds no row."""
    for what, query in {
        "an end belongs to a call": """
            from crm_call_ends anti join crm_calls using (request_id, attempt)""",
        "a call ends once": """
            select request_id, attempt from crm_call_ends group by all having count(*) > 1""",
        "an attempt is made once": """
            select request_id, attempt from crm_calls group by all having count(*) > 1""",
        "attempts are numbered without a gap": """
            select request_id from crm_calls group by all having max(attempt) <> count(*)""",
        "a lead is in a request once": """
            select request_id, lead_id from crm_sends group by all having count(*) > 1""",
        "an answer is of a lead that was sent": """
            from crm_answers anti join crm_sends using (request_id, lead_id)""",
        "an answer belongs to an answered call": """
            from crm_answers
            anti join (from crm_call_ends where outcome = 'answered') using (request_id)""",
        "an answered request that tells has an answer for each lead": """
            from crm_sends
            semi join (from crm_call_ends where outcome = 'answered') using (request_id)
            anti join crm_answers using (request_id, lead_id)""",
        "a lead is answered once a request": """
            select request_id, lead_id from crm_answers group by all having count(*) > 1""",
        "no attempt follows an answer": """
            from crm_call_ends as ended
            join crm_calls as later using (request_id)
            where ended.outcome in ('answered', 'refused') and later.attempt > ended.attempt""",
        "a send belongs to a sync": "from crm_sends anti join crm_syncs using (sync_id)",
        "rows of a lead are in an order": """
            select destination, lead_id, sent_at from crm_sends group by all having count(*) > 1""",
        "only sends hold addresses": """
            select answer from crm_answers where contains(answer, '@')
            union all
            select answer from crm_call_ends where contains(answer, '@')
            union all
            select summary from crm_syncs where contains(summary, '@')""",
    }.items():
        connection.execute("use main_operations")
        found = connection.execute(query).fetchall()
        connection.execute("use main")
        assert not found, f"{what}: {found[:3]}"
