"""`leadhouse backtest`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence

if TYPE_CHECKING:
    from leadhouse.backtest import Backtest

_FORMATS = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]


def backtest(
    *,
    start: Annotated[
        datetime,
        typer.Option("--from", formats=_FORMATS, metavar="DATE", help="The first moment, UTC."),
    ],
    end: Annotated[
        datetime,
        typer.Option("--to", formats=_FORMATS, metavar="DATE", help="No moment is later, UTC."),
    ],
    every: Annotated[int, typer.Option(metavar="DAYS", help="Days between two moments.")],
    raw_dir: Annotated[
        Path, typer.Option(envvar="LEADHOUSE_RAW_DIR", help="The folder of input files.")
    ],
    variables: Annotated[
        str, typer.Option("--vars", help="As with `dbt build --vars`, in YAML.")
    ] = "{}",
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, whatever is done already.")
    ] = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Replay past moments with models trained only on what was known then, and judge them.

    What is done is kept: after a stop, the same command goes on where it was.
    """
    from leadhouse.backtest import Backtest, BuildError, Plan, PlanError
    from leadhouse.database import WarehouseError

    with failing_in_a_sentence("backtest", PlanError, BuildError, WarehouseError):
        plan = Plan(database, raw_dir, start, end, every, _read(variables))
        replays = Backtest(plan, restart=restart)
        try:
            _replay(replays)
            figures = replays.evaluate()
        except KeyboardInterrupt:
            typer.echo("Stopped. The same command goes on from the last moment done.", err=True)
            raise typer.Exit(130) from None
    _print_figures(figures)


def _read(variables: str) -> dict[str, Any]:
    import yaml

    from leadhouse.backtest import PlanError

    try:
        read = yaml.safe_load(variables) or {}
    except yaml.YAMLError as error:
        raise PlanError(f"--vars is not YAML: {error}") from error
    if not isinstance(read, dict):
        raise PlanError(f"--vars wants a mapping such as '{{seed: 1}}', not '{variables}'.")
    return read


def _replay(replays: "Backtest") -> None:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from leadhouse.cli.tables import PlainConsole

    remaining, moments = replays.remaining, replays.plan.moments
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=PlainConsole(stderr=True)) as progress:
        count_done = len(moments) - len(remaining)
        if count_done:
            progress.console.print(f"{count_done} of {len(moments)} moments are done already.")
        task = progress.add_task("", total=len(remaining))
        upcoming = iter([*remaining, None])
        progress.update(task, description=_named(next(upcoming)))
        for told in replays.replay():
            progress.console.print(
                f"{told.as_of:%Y-%m-%d %H:%M}  {told.count_leads:,} open leads, "
                f"scored by {told.model_version}"
            )
            progress.update(task, advance=1, description=_named(next(upcoming)))


def _named(moment: datetime | None) -> str:
    return f"as of {moment:%Y-%m-%d %H:%M}" if moment else "done"


def _print_figures(figures: list[dict[str, Any]]) -> None:
    """The champion at each moment, and all contestants over all of them."""
    from leadhouse.cli.tables import figure, plain_table, print_table

    table = plain_table(
        *("moment", "contestant", "kind"),
        figures=("leads", "won", "AUC", "log loss", "calibration error"),
    )
    for row in sorted(figures, key=lambda row: row["origin_at"] is None):
        if row["origin_at"] and row["contestant"] != "champion":
            continue
        won = row["count_conversions"]
        table.add_row(
            f"{row['origin_at']:%Y-%m-%d %H:%M}" if row["origin_at"] else "all",
            row["contestant"],
            row["model_kinds"],
            figure(row["count_told"]),
            "not known yet" if won is None else figure(won),
            figure(row["auc"], 3),
            figure(row["log_loss"], 5),
            figure(row["calibration_error"], 4),
        )
    print_table(table)
