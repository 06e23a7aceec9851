"""The function that the macro `publish` calls: `leadhouse_publish`."""

import json
import weakref
from pathlib import Path

from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR

from leadhouse.publishing.parquet import Table, publish_parquet


def register(connection: DuckDBPyConnection) -> None:
    """Teaches a database `leadhouse_publish(varchar)`: JSON in, the path of what readers open out.

    The request has `folder`, `run` and `keep` (see `publish_parquet`) and `tables`: for each its
    `name`, `relation`, `description` and `columns` (name to description).
    """
    # The database owns this function; a strong reference back would keep it open for ever.
    reference = weakref.ref(connection)

    def publish(request: str) -> str:
        asked = json.loads(request)
        tables = [Table(**table) for table in asked["tables"]]
        with reference().cursor() as cursor:
            return str(
                publish_parquet(cursor, Path(asked["folder"]), asked["run"], tables, asked["keep"])
            )

    connection.create_function("leadhouse_publish", publish, [VARCHAR], VARCHAR, side_effects=True)
