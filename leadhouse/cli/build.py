"""`leadhouse build`."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence

if TYPE_CHECKING:
    from leadhouse.lock import BuildLock

_STANDS = "What was published stays, and the next build needs no cleaning up."
_PERHAPS_MEMORY = (
    "If nobody did that, memory ran out: let DuckDB take less of it (LEADHOUSE_MEMORY_LIMIT=2GB)."
)


def build(
    context: typer.Context,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Build even if nothing has changed.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait while another program has the warehouse.")
    ] = False,
    project_dir: Annotated[Path, typer.Option(help="The folder of dbt_project.yml.")] = Path(),
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Run `dbt build`, unless the last one was made from the same and would give the same.

    All other arguments are those of `dbt build`. Inputs are told apart by size and time of change.

    Exit codes are those of dbt, and 75: another program has the warehouse, try again later.
    """
    from leadhouse import unchanged
    from leadhouse.database import InUseError, WarehouseError, locked_for_build, make_ready

    on_wait = _say_for_whom if wait else None
    with (
        failing_in_a_sentence("build", WarehouseError, OSError),
        failing_in_a_sentence("build", InUseError, code=os.EX_TEMPFAIL),
        locked_for_build(database, on_wait) as lock,
    ):
        note = unchanged.Note.read(database)
        ingredients = unchanged.ingredients(project_dir, context.args)
        if note and not anyway and note.holds(database, ingredients):
            typer.echo(
                f"Nothing to do: since the last build neither the inputs nor the project has "
                f"changed. {database} is as of {note.as_of:%Y-%m-%d %H:%M:%S}. (--anyway builds "
                f"all the same.)"
            )
            return
        make_ready(database, on_wait)
        unchanged.forget(database)
        returncode = _dbt_build(context.args, project_dir, database, lock)
        if returncode:
            raise typer.Exit(returncode)
        if ingredients:
            unchanged.note_down(database, ingredients)


def _dbt_build(arguments: list[str], project_dir: Path, database: Path, lock: "BuildLock") -> int:
    from leadhouse.failures import advice

    log = project_dir / os.environ.get("DBT_LOG_PATH", "logs") / "dbt.log"
    logged_before = log.stat().st_size if log.exists() else 0
    interruptions = []
    with subprocess.Popen(  # noqa: S603 (no shell; the user's own words for dbt)
        [Path(sys.executable).with_name("dbt"), "build", *arguments],
        cwd=project_dir,
        env=os.environ | {"LEADHOUSE_DATABASE": str(database)},
        # Should this process be killed and dbt not, the warehouse is still being built.
        pass_fds=[lock.descriptor],
    ) as process:
        # Ctrl-C reaches dbt as well, which ends in its own way; a request to end is handed on.
        signal.signal(signal.SIGINT, lambda *_: interruptions.append(True))
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        lock.name_holder(process.pid)
        returncode = process.wait()
    if returncode == 0:
        return 0
    sentences = ["It was interrupted."] if interruptions else advice(log, logged_before)
    if returncode < 0:
        killed_by = signal.Signals(-returncode)
        returncode = 128 + killed_by
        sentences = [f"dbt was ended by {killed_by.name}."]
        if killed_by in {signal.SIGKILL, signal.SIGABRT}:
            sentences.append(_PERHAPS_MEMORY)
    sentences.append(_STANDS)
    typer.secho(f"leadhouse build: {' '.join(sentences)}", err=True, fg=typer.colors.RED)
    return returncode


def _say_for_whom(sentence: str) -> None:
    typer.echo(f"Waiting: {sentence}", err=True)
