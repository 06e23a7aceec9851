"""How much memory a warehouse may take."""

import duckdb
import pytest

from leadhouse.warehouse import Plugin


def memory_limit(connection: duckdb.DuckDBPyConnection) -> float:
    """In GiB."""
    [(limit,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    size, unit = limit.split()
    assert unit == "GiB"
    return float(size)


def test_duckdb_takes_half_of_the_memory_and_a_profile_has_the_last_word():
    with duckdb.connect() as connection:
        four_fifths = memory_limit(connection)
        Plugin("leadhouse", {}).configure_connection(connection)
        assert memory_limit(connection) == pytest.approx(four_fifths / 0.8 / 2, rel=0.02)
        connection.execute("set memory_limit = '3 GiB'")
        assert memory_limit(connection.cursor()) == 3
