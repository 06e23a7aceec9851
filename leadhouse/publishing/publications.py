"""Where a warehouse has published: who is forgotten has to be erased from all these places."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from leadhouse.publishing.postgres_server import check_server


@dataclass(frozen=True)
class Publication:
    """A place that a warehouse has published to, or has begun to.

    Attributes:
        publish_to: parquet, postgres or ducklake.
        place: the folder, from the warehouse's own on if it is below it, so that both can be
            moved; else the schema of the tables or of the lake's catalogue.
        server: the database and its host, as `check_server` names them; empty for a folder.
    """

    publish_to: str
    place: str
    server: str

    @classmethod
    def of(cls, target: dict[str, Any], warehouse: Path) -> Self:
        """What `publish_target()` says.

        Args:
            target: `publish_to`, `folder` and `schema`.
            warehouse: the folder of its file.

        Raises:
            PublishError: the server cannot be reached.
        """
        publish_to = target["publish_to"]
        if publish_to == "postgres":
            return cls(publish_to, target["schema"], check_server())
        if publish_to == "ducklake":
            return cls(publish_to, f"{target['schema']}_ducklake", check_server())
        folder, beside = Path(target["folder"]).resolve(), warehouse.resolve()
        if folder.is_relative_to(beside):
            folder = folder.relative_to(beside)
        return cls(publish_to, str(folder), "")

    @property
    def name(self) -> str:
        """For people."""
        kind = {"parquet": "folder", "postgres": "schema", "ducklake": "DuckLake"}[self.publish_to]
        return f"{kind} {self.place}" + (f" of {self.server}" if self.server else "")


def note_down(connection: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Writes a place down. Before anything is put there: a crash afterwards must not hide it."""
    values = [publication.publish_to, publication.place, publication.server]
    connection.execute(
        "insert into main_operations.publications"
        " select $1, $2, $3 where ($1, $2, $3) not in (from main_operations.publications)",
        values,
    )


def noted(connection: duckdb.DuckDBPyConnection) -> list[Publication]:
    """All places, in order."""
    rows = connection.execute(
        "select publish_to, place, server from main_operations.publications order by all"
    ).fetchall()
    return [Publication(*row) for row in rows]
