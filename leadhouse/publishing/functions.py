"""The functions that macros call: `leadhouse_publish`, and `leadhouse_check_publishing` before."""

import json
import weakref
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR

from leadhouse.publishing.ducklake import publish_ducklake
from leadhouse.publishing.parquet import publish_parquet
from leadhouse.publishing.postgres import publish_postgres
from leadhouse.publishing.postgres_server import check_server
from leadhouse.publishing.publications import Publication, note_down
from leadhouse.publishing.tables import PublishError, Table


def register(connection: DuckDBPyConnection) -> None:
    """Teaches a database the functions, which take and give JSON.

    `leadhouse_publish` takes `target`, `run` and `tables`: for each the fields of `Table`. The
    target has `publish_to`, `folder`, `schema` and `keep` (see `publish_parquet`,
    `publish_postgres` and `publish_ducklake`). It gives `published`: where, or `failed`: why.
    `leadhouse_check_publishing` takes a target and gives `failed`: why it cannot be published to,
    or null.
    """
    # The database owns these functions; a strong reference back would keep it open for ever.
    reference = weakref.ref(connection)

    def publish(request: str) -> str:
        asked = json.loads(request)
        tables = [Table(**table) for table in asked["tables"]]
        try:
            with reference().cursor() as cursor:
                note_down(cursor, Publication.of(asked["target"], _folder_of(cursor)))
                where = _publish(cursor, asked["target"], asked["run"], tables)
        except (PublishError, duckdb.Error, OSError) as error:
            kept = "Nothing was published, and what was published before stays."
            return json.dumps({"failed": f"{kept} {error}"})
        return json.dumps({"published": where})

    def check(target: str) -> str:
        try:
            if json.loads(target)["publish_to"] in {"postgres", "ducklake"}:
                check_server()
        except PublishError as error:
            return json.dumps({"failed": f"This build could not be published. {error}"})
        return json.dumps({"failed": None})

    for name, function in {
        "leadhouse_publish": publish,
        "leadhouse_check_publishing": check,
    }.items():
        connection.create_function(name, function, [VARCHAR], VARCHAR, side_effects=True)


def _folder_of(connection: DuckDBPyConnection) -> Path:
    [(path,)] = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    return Path(path).parent


def _publish(
    connection: DuckDBPyConnection, target: dict[str, Any], run: str, tables: list[Table]
) -> str:
    folder, schema, keep = Path(target["folder"]), target["schema"], target["keep"]
    if target["publish_to"] == "postgres":
        return publish_postgres(connection, schema, run, tables)
    if target["publish_to"] == "ducklake":
        lake = folder / "ducklake"
        return publish_ducklake(connection, lake, f"{schema}_ducklake", run, tables, keep=keep)
    return str(publish_parquet(connection, folder, run, tables, keep))
