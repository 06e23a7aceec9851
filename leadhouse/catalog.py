"""The feature catalogue as a page of documentation."""

from pathlib import Path

from leadhouse.database import open_warehouse

_INTRODUCTION = """\
# Features

Every feature, defined once in `macros/features` and the same for training and for scoring.
Numbers are float32; null is unknown. Your own columns (`x_...`) become features too; the table
`feature_catalog`, from which `leadhouse features > docs/features.md` makes this page, lists them.
"""


def catalog_page(database: Path) -> str:
    """The catalogue of a built warehouse as Markdown, less the user's own columns.

    Args:
        database: the DuckDB file that `dbt build` made.

    Raises:
        WarehouseError: there is no such file, or no table `feature_catalog` in it.
    """
    with open_warehouse(database) as connection:
        rows = connection.execute(
            """
            select
                feature_group, feature_name, topic_label, feature_type, unit, description,
                known_when
            from feature_catalog
            where feature_name not like 'x\\_%' escape '\\'
            and feature_name not like 'account\\_x\\_%' escape '\\'
            order by feature_group, feature_name
            """
        ).fetchall()
    lines = [_INTRODUCTION]
    for group in sorted({row[0] for row in rows}):
        own = [row[1:] for row in rows if row[0] == group]
        lines += [
            f"## {group.capitalize()} ({len(own)})",
            "",
            "| feature | topic | type | unit | what it says | known |",
            "|---|---|---|---|---|---|",
            *(f"| `{name}` | {' | '.join(rest)} |" for name, *rest in own),
            "",
        ]
    return "\n".join(lines)
