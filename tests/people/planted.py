"""A demo world in which one person is somebody: her address, name and telephone stand in all places
that the contract has, in the right columns and in the wrong ones."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

EMAIL = "zoe.xanthippe@pollenwood.example"
FIRST_NAME, LAST_NAME = "Zoexa", "Xanthippe"
PHONE = "+49 171 5550142"
TITLE = "Keeper of Quokkas"
COMPANY = "Xanthippe and Daughters"
VISITOR, OTHER_VISITOR = "vis-xanthippe-1", "vis-xanthippe-2"
DUPLICATE = "L-xanthippe-2"
# Of these, something stands in all that tells of her, however it is spelled.
TRACES = ("xanthippe", "zoexa", "5550142", "9142", "quokkas")
REFUSED_EVENTS = 3


@dataclass(frozen=True)
class Person:
    """Her lead ids; the first is the one that she is known by."""

    lead_ids: tuple[str, str]

    @property
    def lead_id(self) -> str:
        return self.lead_ids[0]


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
    select 'T-xanthippe', '{DUPLICATE}', max(touched_at), 'email', 'rep-01', false, null
    from touches;
    insert into attribute_changes
    select 'lead', $her, 'job_title', '{TITLE}', max(known_at) from attribute_changes;
    insert into attribute_changes
    select 'lead', '{DUPLICATE}', 'email', '{EMAIL}', max(known_at) from attribute_changes;
"""


def plant(raw: Path, folder: Path) -> Person:
    """Copies a demo world into a folder, as CSV, and plants her in it."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        names = sorted(file.stem for file in raw.glob("*.parquet") if file.stem != "truth")
        for name in names:
            connection.execute(f"create table {name} as from '{raw / name}.parquet'")
        [(her,)] = connection.execute(_PERSON).fetchall()
        for statement in _PLANT.split(";\n"):
            parameters = {"her": her} if "$her" in statement else None
            connection.execute(statement, parameters)
        for name in names:
            connection.execute(f"copy {name} to '{folder / name}.csv'")
    return Person((her, DUPLICATE))


def without(raw: Path, folder: Path, person: Person) -> Path:
    """The world without her: rows that name her, or of her devices and nobody, are left out."""
    folder.mkdir(parents=True)
    devices = f"anonymous_id in {(VISITOR, OTHER_VISITOR)}"
    hers = {
        "lead_id": f"lead_id in {person.lead_ids}",
        "entity_id": f"entity = 'lead' and entity_id in {person.lead_ids}",
        "anonymous_id": devices,
    }
    with duckdb.connect() as connection:
        for file in sorted(raw.glob("*.csv")):
            rows = f"from read_csv('{file}', all_varchar = true, header = true)"
            columns = connection.sql(rows).columns
            conditions = hers | (
                {"anonymous_id": f"lead_id is null and {devices}"} if "url" in columns else {}
            )
            mine = " or ".join(
                f"coalesce({condition}, false)"
                for column, condition in conditions.items()
                if column in columns
            )
            connection.execute(
                f"copy ({rows} where not ({mine or 'false'})) to '{folder / file.name}'"
            )
    return folder
