"""A demo world in which one person is somebody: her address, name and telephone stand in the
columns that tell of people, and in wrong ones."""

from pathlib import Path

import duckdb

EMAIL = "zoe.xanthippe@pollenwood.example"
FIRST_NAME, LAST_NAME = "Zoexa", "Xanthippe"
PHONE = "+49 171 5550142"
TITLE = "Keeper of Quokkas"
COMPANY = "Xanthippe and Daughters"
VISITOR, OTHER_VISITOR = "vis-xanthippe-1", "vis-xanthippe-2"
THIRD_VISITOR = "vis-xanthippe-3"
DUPLICATE, AGAIN = "L9999902", "L9999903"
# Of these, something stands in all that tells of her, however it is spelled.
TRACES = ("xanthippe", "zoexa", "171 5550142", "quokkas")
REFUSED_EVENTS = 3


SENT_AGAIN_AS = "Zoe.Xanthippe+news@Pollenwood.example"

_PERSON = """
    select lead_id
    from leads
    join identities using (lead_id)
    join events using (lead_id)
    where not leads.is_deleted and leads.email like '%@%'
        and lead_id not in (select lead_id from outcomes)
        and lead_id not in (select entity_id from attribute_changes where attribute = 'email')
    group by lead_id
    order by count(*) desc, lead_id
    limit 1
"""

_PLANT = f"""
    alter table leads add column phone varchar;
    alter table leads add column x_nickname varchar;
    update leads set
        email = '{EMAIL}', first_name = '{FIRST_NAME}', last_name = '{LAST_NAME}',
        phone = '{PHONE}', job_title = '{TITLE}', company_name = '{COMPANY}', campaign = '{EMAIL}',
        lead_source = '{PHONE}', x_nickname = '{FIRST_NAME}'
    where lead_id = $her;
    insert into leads by name
    select
        * replace (
            '{DUPLICATE}' as lead_id, created_at + interval 1 day as created_at,
            upper('{EMAIL}') as email, null as campaign
        )
    from leads where lead_id = $her;

    -- Rejected: no time of creation, though for the name a column further to the right.
    alter table leads alter created_at type varchar;
    insert into leads by name
    select * replace (first_name as created_at) from leads where lead_id = $her;

    update identities set anonymous_id = '{VISITOR}' where lead_id = $her;
    insert into identities
    select '{OTHER_VISITOR}', '{DUPLICATE}', min(identified_at) + interval 2 day
    from identities where lead_id = $her;

    update events set
        anonymous_id = '{VISITOR}',
        url = '/pricing?utm_source=mail&email={EMAIL.replace("@", "%40")}',
        topic = '{EMAIL}', session_id = '{VISITOR}',
        properties = '{{"form": {{"mail": "{EMAIL}", "tel": "{PHONE}", "name": "{FIRST_NAME}"}}}}'
    where lead_id = $her;
    alter table events alter duration_seconds type varchar;
    alter table events alter occurred_at type varchar;
    create temp table hers as
    select * from events where lead_id = $her order by event_id limit {REFUSED_EVENTS + 2};
    -- Used, but for a number that is none; and the visits of her other device.
    insert into events
    select * replace (event_id || '-number' as event_id, '{PHONE} {EMAIL}' as duration_seconds)
    from hers limit 2;
    insert into events
    select * replace (
        event_id || '-anonymous' as event_id, '{OTHER_VISITOR}' as anonymous_id, null as lead_id
    )
    from hers;
    -- Rejected: a time that is none.
    insert into events
    select * replace (event_id || '-time' as event_id, '{FIRST_NAME} {PHONE}' as occurred_at)
    from hers limit {REFUSED_EVENTS};

    insert into notes
    select $her, min(noted_at), 'Call {FIRST_NAME} at {PHONE} or {EMAIL}.', 'conversation'
    from notes;
    insert into notes
    select '{DUPLICATE}', null, 'Of {LAST_NAME}, {EMAIL}', 'headline';
    insert into qualification
    select $her, max(answered_at), '{PHONE}', '{EMAIL}', 'ask {FIRST_NAME}', 7 from qualification;
    insert into feedback
    select '{DUPLICATE}', max(given_at), 'good_fit', 'rep-01', 'knows {EMAIL}' from feedback;
    insert into feedback
    select '{DUPLICATE}', max(given_at), '{EMAIL}', 'rep-01', 'wrong column' from feedback;
    insert into touches
    select 'T9999902', '{DUPLICATE}', max(touched_at), 'email', 'rep-01', false, null
    from touches;
    insert into attribute_changes
    select 'lead', $her, 'job_title', '{TITLE}', max(known_at) from attribute_changes;
    insert into attribute_changes
    select 'lead', '{DUPLICATE}', 'email', '{EMAIL}', max(known_at) from attribute_changes;
"""


_SEND_AGAIN = f"""
    insert into leads by name
    select * replace ('{AGAIN}' as lead_id, '{SENT_AGAIN_AS}' as email)
    from leads where lead_id = '{DUPLICATE}';
    insert into identities
    select '{THIRD_VISITOR}', '{AGAIN}', identified_at from identities
    where lead_id = '{DUPLICATE}';
    insert into events
    select * replace (event_id || '-again' as event_id, '{AGAIN}' as lead_id)
    from events where anonymous_id = '{OTHER_VISITOR}';
    insert into events
    select * replace (event_id || '-device' as event_id, '{THIRD_VISITOR}' as anonymous_id)
    from events where anonymous_id = '{OTHER_VISITOR}' and lead_id is null;
    -- What others are told of her.
    insert into notes
    select min(lead_id), min(noted_at), 'Write to {EMAIL.upper()}, too.', 'conversation' from notes;
"""


def plant(raw: Path, folder: Path) -> None:
    """Copies a demo world into a folder, as CSV, and plants her in it."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        for file in sorted(raw.glob("*.parquet")):
            if file.stem != "truth":
                connection.execute(f"create table {file.stem} as from '{file}'")
        [(her,)] = connection.execute(_PERSON).fetchall()
        _run(connection, _PLANT, her)
        _write(connection, folder)


def send_again(raw: Path, folder: Path) -> None:
    """Copies the planted world; she is in it twice, with another lead id, spelling and device."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        for file in sorted(raw.glob("*.csv")):
            connection.execute(f"create table {file.stem} as {_rows(file)}")
        _run(connection, _SEND_AGAIN)
        _write(connection, folder)


def without(raw: Path, folder: Path) -> None:
    """Copies a world without her: rows that name her, or her address, or her devices and nobody."""
    folder.mkdir(parents=True)
    ids, devices = str(lead_ids(raw)), f"anonymous_id in {(VISITOR, OTHER_VISITOR, THIRD_VISITOR)}"
    hers = {
        "lead_id": f"lead_id in {ids}",
        "entity_id": f"entity = 'lead' and entity_id in {ids}",
        "anonymous_id": devices,
        "text": f"contains(lower(text), '{EMAIL}')",
    }
    with duckdb.connect() as connection:
        for file in sorted(raw.glob("*.csv")):
            columns = connection.sql(_rows(file)).columns
            conditions = hers | (
                {"anonymous_id": f"lead_id is null and {devices}"} if "url" in columns else {}
            )
            mine = " or ".join(
                f"coalesce({condition}, false)"
                for column, condition in conditions.items()
                if column in columns
            )
            connection.execute(
                f"copy ({_rows(file)} where not ({mine or 'false'})) to '{folder / file.name}'"
            )


def lead_ids(raw: Path) -> tuple[str, ...]:
    """Her lead ids in a planted world; the first is the one that she is known by."""
    return tuple(
        lead_id
        for (lead_id,) in duckdb.sql(
            f"select distinct lead_id {_rows(raw / 'leads.csv')}"
            " where last_name = '" + LAST_NAME + "' order by all"
        ).fetchall()
    )


def _rows(file: Path) -> str:
    return f"from read_csv('{file}', all_varchar = true, header = true)"


def _run(connection: duckdb.DuckDBPyConnection, script: str, her: str = "") -> None:
    for statement in script.split(";\n"):
        parameters = {"her": her} if "$her" in statement else None
        connection.execute(statement, parameters)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
        if name != "hers":
            connection.execute(f"copy {name} to '{folder / name}.csv'")
