"""`leadhouse features`."""

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence


def features(database: Database = DEFAULT_DATABASE) -> None:
    """Print the catalogue of features as a page of Markdown."""
    from leadhouse.catalog import catalog_page
    from leadhouse.database import WarehouseError

    with failing_in_a_sentence("features", WarehouseError):
        typer.echo(catalog_page(database), nl=False)
