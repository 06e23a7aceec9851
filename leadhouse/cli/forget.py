"""`leadhouse forget`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence
from leadhouse.texts import visible, without_addresses

if TYPE_CHECKING:
    from leadhouse.forgetting.erasure import Erasure
    from leadhouse.forgetting.prospect import Prospect


class _BrokenOffError(Exception):
    """Not all was done; the message is a sentence."""


def forget(
    lead: Annotated[str, typer.Argument(help="The lead's id, or the person's e-mail address.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the proof; no names, please.")] = "",
    refit_days: Annotated[
        int, typer.Option(min=0, help="Days until models that learnt from her are trained anew.")
    ] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Erase a person everywhere, and keep her out from now on. There is no way back.

    Exit code 0: it is done. 1: a destination could not be told, a place that was published to not
    be reached, or it was broken off; the same command does the rest. 2: nothing was begun.
    """
    import duckdb

    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.forgetting.erasure import forget as erase
    from leadhouse.forgetting.person import UnclearError
    from leadhouse.forgetting.prospect import look_ahead

    if not yes and not sys.stdin.isatty():
        typer.secho(
            "leadhouse forget: There is no way back, and nobody here to be asked: add --yes. "
            "Nothing was done.",
            err=True,
            fg=typer.colors.RED,
        )
        raise typer.Exit(2)
    if not yes:
        # It is closed while somebody thinks, so that nobody waits for it.
        with (
            failing_in_a_sentence("forget", WarehouseError, UnclearError),
            open_warehouse(database) as opened,
        ):
            prospect = look_ahead(opened, lead)
        _ask(prospect)
    with (
        failing_in_a_sentence("forget", _BrokenOffError, code=1),
        failing_in_a_sentence("forget", WarehouseError, UnclearError),
        open_warehouse(database, read_only=False) as opened,
    ):
        try:
            erasure = erase(opened, database, lead, reason=reason, refit_days=refit_days)
        except (OSError, duckdb.Error) as error:
            raise _BrokenOffError(
                "It was broken off: set right what is said here, and give the same command again, "
                f"which does the rest. ({without_addresses(str(error).splitlines()[0])})"
            ) from error
    _tell(erasure)
    if not erasure.is_complete:
        raise typer.Exit(1)


def _ask(prospect: "Prospect") -> None:
    where = [
        f"{_counted(sum(prospect.deleted.values()), 'row')} of "
        f"{_counted(len(prospect.deleted), 'table')}",
        *(f"her record at {name}" for name in prospect.destinations),
        *(f"what was published to {name}" for name in prospect.places),
    ]
    typer.echo(f"One person, {', '.join(prospect.lead_ids)}, is going to be erased:")
    typer.echo("\n".join(f"- {line}" for line in where))
    try:
        is_agreed = typer.confirm("There is no way back but a backup. Erase her?")
    except typer.Abort:
        is_agreed = False
    if not is_agreed:
        typer.echo("Nothing was done.")
        raise typer.Exit(2)


def _tell(erasure: "Erasure") -> None:
    """What was done, and what is left to people; without her address."""
    person = erasure.person
    said = [
        f"Forgotten as {erasure.erasure_id}: {_counted(len(person.lead_ids), 'lead id')}, "
        f"{_counted(len(person.addresses), 'e-mail address', 'es')} and "
        f"{_counted(len(person.devices), 'device')}.",
        f"{_counted(sum(erasure.deleted.values()), 'row')} of "
        f"{_counted(len(erasure.deleted), 'table')} deleted, "
        f"{_counted(sum(erasure.published.values()), 'row')} of "
        f"{_counted(len(erasure.published), 'published table')}; the warehouse was written anew.",
    ]
    for name, answer in erasure.destinations.items():
        said.append(
            f"{name}: her record was emptied."
            if answer == "emptied"
            else f"{name}: her record is NOT emptied. {answer}"
        )
    for name, answer in erasure.places.items():
        said.append(
            f"Published to {name}: she is erased."
            if answer == "erased"
            else f"Published to {name}: she is NOT erased. {answer}"
        )
    for version, refit_by in erasure.models.items():
        said.append(f"Model {version} may have learnt from her: train anew by {refit_by}.")
    for table, files in erasure.input_files.items():
        shown = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        said.append(f"Your own input of {table} holds her still: {shown}.")
    said.append(
        "Run the build now: it leaves her out, and makes what depended on her rows anew and "
        "publishes it."
    )
    if not erasure.is_complete:
        said.append(
            "Not all is done: set right what is said above, and give the same command again."
        )
    typer.echo("\n".join(map(visible, said)))


def _counted(count: int, thing: str, plural: str = "s") -> str:
    return f"{count:,} {thing}{'' if count == 1 else plural}"
