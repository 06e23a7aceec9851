"""The command-line tool `leadhouse`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Lead scoring that lives in the warehouse.")


@app.callback()
def main() -> None:
    """Keeps commands named while there is only one (Typer would make it the whole tool)."""


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option(help="Folder to write to: new, empty, or a demo world to replace.")
    ],
    leads: Annotated[int, typer.Option(help="How many leads.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
) -> None:
    """Write the demo world: every input table, and the truth to compare a model with."""
    # Here and not above, so that `leadhouse --help` does not wait for numpy and Arrow.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from leadhouse.demo import write_demo  # noqa: PLC0415

    console = Console(stderr=True)
    try:
        with console.status(f"Making a world of {leads:,} leads ..."):
            rows = write_demo(out, leads, seed)
    except (ValueError, OSError) as error:
        console.print(f"leadhouse demo: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    summary = Table("table", "rows", title=f"Demo world in {out}", title_justify="left")
    summary.columns[1].justify = "right"
    for name, count in rows.items():
        summary.add_row(name, f"{count:,}")
    console.print(summary)


@app.command()
def features(
    database: Annotated[Path, typer.Option(help="The warehouse that a build made.")] = Path(
        "warehouse/leadhouse.duckdb"
    ),
) -> None:
    """Print the catalogue of features as a page of Markdown."""
    import duckdb  # noqa: PLC0415

    from leadhouse.catalog import catalog_page  # noqa: PLC0415

    try:
        typer.echo(catalog_page(database), nl=False)
    except duckdb.Error as error:
        typer.echo(
            f"leadhouse features: no catalogue in {database} (run scripts/build first): {error}",
            err=True,
        )
        raise typer.Exit(2) from None
