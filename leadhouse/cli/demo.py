"""`leadhouse demo`."""

from pathlib import Path
from typing import Annotated

import typer

from leadhouse.cli.options import failing_in_a_sentence


def demo(
    out: Annotated[
        Path, typer.Option(help="Folder to write to: new, empty, or a demo world to replace.")
    ],
    leads: Annotated[int, typer.Option(help="How many leads.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
) -> None:
    """Write the demo world: every input table, and the truth to compare a model with."""
    from rich.table import Table

    from leadhouse.cli.tables import PlainConsole
    from leadhouse.demo import write_demo

    console = PlainConsole(stderr=True)
    with (
        failing_in_a_sentence("demo", ValueError, OSError),
        console.status(f"Making a world of {leads:,} leads ..."),
    ):
        rows = write_demo(out, leads, seed)
    summary = Table("table", "rows", title=f"Demo world in {out}", title_justify="left")
    summary.columns[1].justify = "right"
    for name, count in rows.items():
        summary.add_row(name, f"{count:,}")
    console.print(summary)
