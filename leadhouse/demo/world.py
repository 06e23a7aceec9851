"""The demo world, put together: every table of the input contract, and the truth behind them."""

import pyarrow as pa

from leadhouse.demo import (
    activity,
    calendar,
    columns,
    desk,
    dirt,
    feed,
    latent,
    population,
    records,
)
from leadhouse.demo.population import PEOPLE_PER_COMPANY
from leadhouse.demo.vocabulary import RIVALS

MIN_LEADS = 100
MAX_LEADS = 1_000_000


def make_world(leads: int, seed: int) -> tuple[dict[str, pa.Table], pa.Table]:
    """The tables of the input contract by name, and the truth.

    Args:
        leads: records in the table `leads`, spoilt ones not counted; from MIN_LEADS to MAX_LEADS.
        seed: the same seed gives the same world.

    Returns:
        The ten tables, and `truth`: `lead_id` (a person's first record), `moment_at`, `true_probability`.

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
    count = leads - duplicates
    companies = population.make_companies(seed, len(RIVALS) + round(count / PEOPLE_PER_COMPANY))
    people = population.make_people(seed, count, companies)
    history = latent.simulate(seed, people, len(companies))

    crm = records.make_records(seed, people, duplicates)
    accounts = records.make_accounts(seed, companies)
    browsers = feed.make_browsers(seed, people)
    closed_at = desk.closing_times(seed, people, history)
    touches = desk.make_touches(seed, people, history)
    web, trials, visits = activity.web_events(seed, people, history)
    known = activity.concatenate(
        [
            activity.email_events(seed, people, history, touches.by_email),
            activity.product_events(seed, people, history, trials, first_session=2 * visits),
            desk.call_events(seed, touches),
        ]
    )

    lead_table = records.leads_table(seed, people, companies, crm, accounts, history)
    account_table = records.accounts_table(seed, companies, accounts, people)
    tables = {
        "leads": lead_table,
        "accounts": account_table,
        "events": feed.events_table(seed, people, crm, browsers, web, known, visits),
        "identities": feed.identities_table(seed, people, crm, browsers),
        "outcomes": desk.outcomes_table(seed, people, companies, crm, history, closed_at),
        "touches": desk.touches_table(seed, people, crm, touches),
        "feedback": desk.feedback_table(seed, people, crm, touches),
        "qualification": desk.qualification_table(seed, people, companies, crm, history, web),
        "notes": desk.notes_table(seed, people, companies, crm, history, touches),
        "attribute_changes": records.attribute_changes_table(
            seed, lead_table, account_table, crm, closed_at, history
        ),
    }
    tables = {name: dirt.add_dirt(seed, name, table) for name, table in tables.items()}
    true = latent.truth(people, history)
    truth = pa.table(
        {
            "lead_id": crm.lead_ids(true.person),
            "moment_at": columns.times(calendar.START + true.day * calendar.DAY),
            "true_probability": true.probability,
        }
    )
    return tables, truth
