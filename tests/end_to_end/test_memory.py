"""How much memory a warehouse may take."""

import duckdb
import pytest
from dbt_common.exceptions import DbtRuntimeError

from leadhouse.warehouse import Plugin


def memory_limit(connection: duckdb.DuckDBPyConnection) -> float:
    """In GiB."""
    [(limit,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    size, unit = limit.split()
    assert unit == "GiB"
    return float(size)


def test_duckdb_takes_half_of_the_memory_and_a_profile_has_the_last_word(monkeypatch):
    monkeypatch.delenv("LEADHOUSE_MEMORY_LIMIT", raising=False)
    with duckdb.connect() as connection:
        four_fifths = memory_limit(connection)
        Plugin("leadhouse", {}).configure_connection(connection)
        assert memory_limit(connection) == pytest.approx(four_fifths / 0.8 / 2, rel=0.02)
        connection.execute("set memory_limit = '3 GiB'")
        assert memory_limit(connection.cursor()) == 3


def test_the_environment_may_say_how_much(monkeypatch):
    with duckdb.connect() as connection:
        monkeypatch.setenv("LEADHOUSE_MEMORY_LIMIT", "3GiB")
        Plugin("leadhouse", {}).configure_connection(connection)
        assert memory_limit(connection) == 3
        monkeypatch.setenv("LEADHOUSE_MEMORY_LIMIT", "much")
        with pytest.raises(DbtRuntimeError, match="'much', which is no size"):
            Plugin("leadhouse", {}).configure_connection(connection)
