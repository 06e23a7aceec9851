"""`leadhouse sync` and `leadhouse alerts`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadhouse.syncing.run import Summary
    from leadhouse.syncing.updates import Due


def sync(
    *,
    destination: Annotated[
        str, typer.Option(help="hubspot, salesforce, mailchimp, webhook, csv, or one of your own.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be told; call nothing.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many leads at most, the hottest first.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="LEAD", help="This lead; may be repeated.")
    ] = None,
    setup: Annotated[
        bool, typer.Option("--setup", help="Make the properties at the destination; tell nothing.")
    ] = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Tell a destination what has changed of its leads.

    Exit code 0: all that is due was answered. 1: some of it was not, and is due again. 2: nothing
    was begun.
    """
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.syncing.destination import CallError
    from leadhouse.syncing.destinations import make_destination
    from leadhouse.syncing.run import run_sync
    from leadhouse.syncing.settings import SettingsError, SyncSettings
    from leadhouse.syncing.updates import property_names, read_due
    from leadhouse.texts import visible, without_addresses

    with (
        failing_in_a_sentence("sync", WarehouseError, SettingsError, CallError),
        open_warehouse(database, read_only=dry_run or setup) as opened,
    ):
        properties, people_may_change = property_names(opened, destination)
        if not properties:
            raise SettingsError(
                f"The seed crm_properties has no row for the destination {destination!r}."
            )
        if setup:
            for sentence in make_destination(destination).setup(properties):
                typer.echo(visible(sentence))
            return
        due = read_due(opened, destination, only=only or None, limit=limit)
        for lead_id in set(only or ()) - {one.lead_id for one in due}:
            shown = visible(without_addresses(lead_id))
            typer.echo(f"Lead {shown} is not due at {destination}.", err=True)
        if dry_run:
            _show_plan(destination, due)
            return
        called, patience = make_destination(destination), SyncSettings.from_environment()
        with _progress(destination, len(due)) as on_answers:
            summary = run_sync(
                opened, called, patience, due, names=people_may_change, on_answers=on_answers
            )
    _tell(destination, "lead", summary)


def alerts(database: Database = DEFAULT_DATABASE) -> None:
    """Post the alerts that were not posted yet, each once, to LEADHOUSE_ALERTS_URL.

    Exit codes are those of `leadhouse sync`.
    """
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.syncing.alerts import Alerts, AlertsSettings, read_due_alerts
    from leadhouse.syncing.run import run_sync
    from leadhouse.syncing.settings import SettingsError, SyncSettings

    with (
        failing_in_a_sentence("alerts", WarehouseError, SettingsError),
        open_warehouse(database, read_only=False) as opened,
    ):
        called, patience = (
            Alerts(AlertsSettings.from_environment()),
            SyncSettings.from_environment(),
        )
        due = read_due_alerts(opened)
        with _progress("alerts", len(due)) as on_answers:
            summary = run_sync(opened, called, patience, due, on_answers=on_answers)
    _tell("alerts", "alert", summary)


def _show_plan(destination: str, due: "Sequence[Due]") -> None:
    """What would be told, without addresses."""
    import json

    from leadhouse.cli.tables import plain_table, print_table

    counts = Counter(one.change for one in due)
    listed = ", ".join(f"{count:,} {change}" for change, count in counts.most_common())
    leads = _counted(len(due), "lead")
    typer.echo(f"{destination} would be told of {leads}{': ' + listed if due else ''}.")
    if due:
        # The hottest of each kind.
        examples = {one.change: one for one in reversed(due)}
        table = plain_table("lead", "change", "what it would be told")
        for one in examples.values():
            told = "its record emptied" if one.is_leaving else json.dumps(one.values)
            table.add_row(one.lead_id, one.change, told)
        print_table(table)


@contextmanager
def _progress(name: str, total: int) -> "Iterator[Callable[[int], None]]":
    """A bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=total)
        yield lambda count: bar.advance(task, count)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _tell(name: str, thing: str, summary: "Summary") -> None:
    """The summary as sentences, and the exit code: 1 if something is left."""
    changes = ", ".join(f"{count:,} {change}" for change, count in summary.changes.items())
    sentences = [
        f"{name}: {_counted(summary.due, thing)} {'was' if summary.due == 1 else 'were'} due"
        f"{': ' + changes if changes else ''}.",
        f"{summary.told:,} told, {summary.refused:,} refused, {summary.missing:,} not there, "
        f"{summary.left:,} left, in {_counted(summary.calls, 'call')} "
        f"({summary.retries:,} repeated) and {summary.seconds:,.1f} seconds.",
    ]
    if summary.emptied_places:
        sentences.append(
            f"Among them: {_counted(summary.emptied_places, 'record')} that leads moved from."
        )
    if summary.kept_by_people:
        sentences.append(f"Of {summary.kept_by_people:,}, a person's own value was kept.")
    if summary.refused:
        sentences.append("Why they were refused is in crm_sync_rejected.")
    if summary.left:
        sentences.append("What is left is told by the next sync.")
    typer.echo("\n".join(sentences))
    if summary.outcome != "complete":
        if summary.stopped:
            typer.secho(f"Stopped: {summary.stopped}", err=True, fg=typer.colors.RED)
        raise typer.Exit(1)
