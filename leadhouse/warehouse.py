"""The dbt-duckdb plugin: teaches every DuckDB connection of a run the functions of Leadhouse.

`profiles.yml` names this module; dbt-duckdb looks for a class `Plugin` in it.
"""

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection, ParserException

from leadhouse import audit, inputs, publishing, scoring
from leadhouse.database import make_ready
from leadhouse.inputs.sql import literal


class Plugin(BasePlugin):
    """Registers what reads the raw folder, answers for a model, publishes, and notes who runs.

    A warehouse that cannot be opened is told in a sentence before dbt tries to.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        if self.creds:
            make_ready(Path(self.creds.path))

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        _share_memory(conn)
        try:
            inputs.register(conn)
        except inputs.HashKeyError as error:
            raise DbtRuntimeError(str(error)) from error
        scoring.register(conn)
        publishing.register(conn)
        audit.register(conn)


def _share_memory(connection: DuckDBPyConnection) -> None:
    """Gives DuckDB half of the memory, of the machine or of the container that it runs in.

    What does not fit goes to a folder beside the database. DuckDB's own share is four fifths,
    which leaves too little to dbt and to what learns in the same process. LEADHOUSE_MEMORY_LIMIT
    says another size ("3GB").
    """
    asked = os.environ.get("LEADHOUSE_MEMORY_LIMIT")
    if asked:
        try:
            connection.execute(f"set memory_limit = {literal(asked)}")
        except ParserException as error:
            raise DbtRuntimeError(
                f"LEADHOUSE_MEMORY_LIMIT is {asked!r}, which is no size: write 3GB, say."
            ) from error
        return
    [(own_share,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    size, unit = own_share.split()
    connection.execute(f"set memory_limit = '{float(size) * 5 / 8} {unit}'")
