"""Every table of the demo world: the ten of the input contract, and the truth."""

import pyarrow as pa

from leadhouse.demo import activity, calendar, columns, crm, desk, feed, records
from leadhouse.demo.dirt import add_dirt
from leadhouse.demo.truth import truth
from leadhouse.demo.world import make_world

MIN_LEADS = 100
MAX_LEADS = 1_000_000


def make_tables(leads: int, seed: int) -> dict[str, pa.Table]:
    """The tables by name: those of the input contract, then `truth`.

    `truth` has `lead_id` (a person's first record), `moment_at` and `true_probability`: of being
    won within 30 days after the moment, for each lead open at it, weekly up to the world's end.

    Args:
        leads: rows of `leads`, bad ones not counted; from MIN_LEADS to MAX_LEADS.
        seed: the same arguments give the same tables.

    Raises:
        ValueError: if an argument is out of its range.
    """
    if not MIN_LEADS <= leads <= MAX_LEADS:
        raise ValueError(
            f"The demo world has {MIN_LEADS:,} to {MAX_LEADS:,} leads; {leads:,} were asked for."
        )
    if seed < 0:
        raise ValueError(f"The seed is a whole number from 0 on; got {seed}.")
    duplicates = records.count_duplicates(leads)
    world = make_world(leads - duplicates, seed)

    entries = records.make_records(world, duplicates)
    accounts = records.make_accounts(world)
    closed_at = desk.closing_times(world)
    touches = desk.make_touches(world)
    browsers = feed.make_browsers(world)
    web = activity.web_events(world)
    known = activity.concatenate(
        [
            activity.email_events(world, touches.by_email),
            activity.product_events(world, web.trials, first_session=2 * web.visits),
            desk.call_events(world, touches),
        ]
    )

    lead_table = crm.leads_table(world, entries, accounts)
    account_table = crm.accounts_table(world, accounts)
    tables = {
        "leads": lead_table,
        "accounts": account_table,
        "events": feed.events_table(world, entries, browsers, web, known),
        "identities": feed.identities_table(world, entries, browsers),
        "outcomes": desk.outcomes_table(world, entries, closed_at),
        "touches": desk.touches_table(world, entries, touches),
        "feedback": desk.feedback_table(world, entries, touches),
        "qualification": desk.qualification_table(world, entries, web.events),
        "notes": desk.notes_table(world, entries, touches),
        "attribute_changes": crm.attribute_changes_table(
            world, lead_table, account_table, entries, closed_at
        ),
    }
    tables = {
        name: add_dirt(world.generator(f"dirt in {name}"), name, table)
        for name, table in tables.items()
    }
    true = truth(world)
    tables["truth"] = pa.table(
        {
            "lead_id": entries.lead_ids(true.person),
            "moment_at": columns.times(calendar.START + true.day * calendar.DAY),
            "true_probability": true.probability,
        }
    )
    return tables
