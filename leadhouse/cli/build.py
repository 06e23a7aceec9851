"""`leadhouse build`."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database


def build(
    context: typer.Context,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Build even if nothing has changed.")
    ] = False,
    project_dir: Annotated[Path, typer.Option(help="The folder of dbt_project.yml.")] = Path(),
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Run `dbt build`, unless the last one was made from the same and would give the same.

    All other arguments are those of `dbt build`. Inputs are told apart by size and time of change.
    """
    from leadhouse import unchanged

    note = unchanged.Note.read(database)
    ingredients = unchanged.ingredients(project_dir, context.args)
    if note and not anyway and note.holds(database, ingredients):
        typer.echo(
            f"Nothing to do: since the last build neither the inputs nor the project has changed. "
            f"{database} is as of {note.as_of:%Y-%m-%d %H:%M:%S}. (--anyway builds all the same.)"
        )
        return
    unchanged.forget(database)
    returncode = _dbt_build(context.args, project_dir, database)
    if returncode:
        raise typer.Exit(returncode)
    if ingredients:
        unchanged.note_down(database, ingredients)


def _dbt_build(arguments: list[str], project_dir: Path, database: Path) -> int:
    with subprocess.Popen(  # noqa: S603 (no shell; the user's own words for dbt)
        [Path(sys.executable).with_name("dbt"), "build", *arguments],
        cwd=project_dir,
        env=os.environ | {"LEADHOUSE_DATABASE": str(database)},
    ) as process:
        # Ctrl-C reaches dbt as well, which ends in its own way; a request to end is handed on.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        returncode = process.wait()
    return returncode if returncode >= 0 else 128 - returncode
