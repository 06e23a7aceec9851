"""The addresses by which a forgotten person is known again, in rows of any kind."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse

ADA = ["ada@example.com"]
# URLs, and what addresses they hold.
URLS = {
    "/a?mail=Ada%40Example.com": ADA,
    "/a?mail=ada%2Bnews%40example.com": ADA,
    "/a?name=Ren%C3%A9&mail=ada%40example.com": ADA,
    # Percent signs that are no UTF-8 had the build fail, once anybody was forgotten.
    "/a?name=Ren%E9&mail=ada%40example.com": ADA,
    "/a?name=Ren%E9&mail=ada%2Bnews%40example.com": ADA,
    "mailto:ada@example.com?subject=50%ff": ADA,
    "/a?at=%40&of=100%": [],
    "/a": [],
}


@pytest.mark.slow
def test_addresses_are_found_in_urls_of_any_bytes(tmp_path: Path) -> None:
    rows = tmp_path / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "create table rows as select unnest($urls) as url, null::varchar as topic,"
            " null::varchar as properties, null::varchar as session_id, 'page_view' as event_type,"
            " null::varchar[] as unparsable_values",
            {"urls": list(URLS)},
        )
        connection.table("rows").write_parquet(str(rows))
    relation = f"read_parquet('{rows}')"
    asked = f"select url, addresses_in_row from {{{{ with_addresses('events', \"{relation}\") }}}}"
    shown = Warehouse(tmp_path).dbt(
        *("--quiet", "show", "--limit", str(len(URLS)), "--output", "json", "--inline", asked)
    )
    assert shown.returncode == 0, shown.stdout
    answers = json.loads(shown.stdout[shown.stdout.index("{") :])["show"]
    assert {row["url"]: json.loads(row["addresses_in_row"]) for row in answers} == URLS
