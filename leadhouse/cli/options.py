"""What the commands share: an option, and how a command ends that cannot do what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from leadhouse.texts import visible

Database = Annotated[
    Path, typer.Option(envvar="LEADHOUSE_DATABASE", help="The warehouse that a build made.")
]
DEFAULT_DATABASE = Path("warehouse/leadhouse.duckdb")


@contextmanager
def failing_in_a_sentence(command: str, *errors: type[Exception], code: int = 2) -> Iterator[None]:
    """Turns errors whose message is meant for people into that message and an exit code."""
    try:
        yield
    except errors as error:
        sentence = "\n".join(map(visible, str(error).split("\n")))
        typer.secho(f"leadhouse {command}: {sentence}", err=True, fg=typer.colors.RED)
        raise typer.Exit(code) from None
