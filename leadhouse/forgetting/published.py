"""A person in what was published, erased from every place that it was published to."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from leadhouse.forgetting.copies import erase_parquet
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.servers import erase_ducklake, erase_postgres
from leadhouse.publishing.publications import Publication
from leadhouse.publishing.tables import PublishError


def erase_published(
    publications: Sequence[Publication], warehouse: Path, person: Person
) -> tuple[dict[str, str], dict[str, int]]:
    """Erases her wherever it was published; a place that cannot be reached does not keep others.

    Returns:
        by place, `erased` or why not; by place and file or table, how many rows were hers.
    """
    answers, published = {}, {}
    for publication in publications:
        try:
            match publication.publish_to:
                case "postgres":
                    erased = erase_postgres(publication, person)
                case "ducklake":
                    erased = erase_ducklake(publication, person)
                case _:
                    erased = erase_parquet(warehouse / publication.place, person)
        except (PublishError, duckdb.Error, OSError) as error:
            answers[publication.name] = str(error).splitlines()[0]
            continue
        answers[publication.name] = "erased"
        for name, count in erased.items():
            published[f"{publication.name}: {name}"] = count
    return answers, published
