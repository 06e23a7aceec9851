"""The dbt-duckdb plugin: teaches every DuckDB connection of a run the functions of Leadhouse.

`profiles.yml` names this module; dbt-duckdb looks for a class `Plugin` in it.
"""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from leadhouse import inputs, scoring


class Plugin(BasePlugin):
    """Registers what reads the raw folder, and what answers for a model (`lead_score`)."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        inputs.register(conn)
        scoring.register(conn)
