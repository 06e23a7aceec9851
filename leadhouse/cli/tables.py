"""How tables look."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table


def plain_table(*columns: str, figures: tuple[str, ...] = ()) -> Table:
    """A table without lines: columns of words, then columns of figures."""
    table = Table(*columns, box=None, pad_edge=False)
    for name in figures:
        table.add_column(name, justify="right")
    return table


def figure(value: float | None, digits: int = 0) -> str:
    """A number with thousands and so many decimals; nothing where there is none."""
    return "" if value is None else f"{value:,.{digits}f}"


def print_table(table: Table) -> None:
    """Prints in the width that is needed: cut off, versions and figures say nothing."""
    console = Console(width=1_000, markup=False, highlight=False)
    console.width = Measurement.get(console, console.options, table).maximum
    console.print(table)
