"""How tables, and what else comes from data, look on a terminal."""

from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from leadhouse.texts import visible


class PlainConsole(Console):
    """Shows texts as they are: what users and the CRM wrote is no markup, no name of an emoji, and
    nothing that a terminal obeys."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)


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
    console = PlainConsole(width=1_000)
    console.width = Measurement.get(console, console.options, table).maximum
    console.print(table)
