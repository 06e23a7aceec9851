"""The command-line tool `leadhouse`."""

import typer

app = typer.Typer(no_args_is_help=True, help="Lead scoring that lives in the warehouse.")
