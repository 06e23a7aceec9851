"""`leadhouse forget`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence
from leadhouse.texts import visible

if TYPE_CHECKING:
    from leadhouse.forgetting.erasure import Erasure


def forget(
    lead: Annotated[str, typer.Argument(help="The lead's id, or the person's e-mail address.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the proof; no names, please.")] = "",
    refit_days: Annotated[
        int, typer.Option(min=0, help="Days until models that learnt from her are trained anew.")
    ] = 30,
    published: Annotated[
        Path | None,
        typer.Option(help="The folder of published runs, if neither beside nor in publish_folder."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Erase a person everywhere, and keep her out from now on. There is no way back.

    Exit code 0: it is done. 1: a destination could not be told; the same command tells it. 2:
    nothing was begun.
    """
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.forgetting.erasure import forget as erase
    from leadhouse.forgetting.person import UnclearError

    with (
        failing_in_a_sentence("forget", WarehouseError, UnclearError),
        open_warehouse(database, read_only=False) as opened,
    ):
        folder = published or _published_folder(database)
        erasure = erase(opened, database, folder, lead, reason=reason, refit_days=refit_days)
    _tell(erasure)
    if not (folder / "runs").is_dir():
        typer.echo(
            f"There are no published runs in {folder}. Where else they are (--published names "
            "another folder), in PostgreSQL or in a DuckLake, she stands until the next build "
            "publishes, or older runs are gone."
        )
    if not erasure.is_complete:
        raise typer.Exit(1)


def _published_folder(database: Path) -> Path:
    """Where a build publishes, if nobody says otherwise on its command line."""
    import yaml

    import leadhouse

    project = Path(leadhouse.__file__).parents[1] / "dbt_project.yml"
    named = (
        yaml.safe_load(project.read_text())["vars"]["publish_folder"] if project.exists() else ""
    )
    return Path(named) if named else database.with_name(f"{database.stem}_published")


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
        f"{_counted(len(erasure.published), 'published file')}; the warehouse was written anew.",
    ]
    for name, answer in erasure.destinations.items():
        said.append(
            f"{name}: her record was emptied."
            if answer == "emptied"
            else f"{name}: her record is NOT emptied. {answer}"
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
