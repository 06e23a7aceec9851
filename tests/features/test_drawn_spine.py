"""A spine of fewer moments than there are, beside one that has them all, of the same world."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse, made_once

pytestmark = pytest.mark.slow

MOST = 12_000


@pytest.fixture(scope="module")
def connection(
    demo_raw: Path, demo_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """To the databases `drawn` and `whole`, with `moments`, the past ones of the whole spine."""

    def make(folder: Path) -> None:
        selected = ("--select", "+training_moments", "+features")
        Warehouse(folder).build(demo_raw, *selected, max_training_moments=MOST)

    drawn = Warehouse(made_once(tmp_path_factory, "drawn_spine", make))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{drawn.database}' as drawn (read_only)")
        connection.execute(f"attach '{demo_warehouse.database}' as whole (read_only)")
        connection.execute(
            """
            create view moments as
            select
                lead_id, won_at is not null as is_won, drawn.lead_id is not null as is_drawn,
                drawn.is_blind, drawn.sample_weight
            from whole.spine
            left join drawn.spine as drawn using (lead_id, moment_at)
            join whole.int_lead_lifecycles using (lead_id)
            where not spine.is_now
            """
        )
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.sql(sql).fetchall()


def test_no_more_is_read_than_is_allowed_and_hardly_less(connection) -> None:
    counts = "select count(*), count(*) filter (is_drawn) from moments"
    [(count, count_drawn)] = rows_of(connection, counts)
    assert count > 3 * MOST
    assert 0.99 * MOST < count_drawn <= MOST


def test_who_was_won_is_there_and_who_is_open_now_and_all_are_whole(connection) -> None:
    won = "select count(*) > 0, bool_and(is_drawn) from moments where is_won"
    assert rows_of(connection, won) == [(True, True)]
    of_now = """
        select lead_id, moment_at, is_blind, sample_weight
        from {}.spine where is_now order by lead_id
    """
    drawn, whole = (rows_of(connection, of_now.format(name)) for name in ("drawn", "whole"))
    assert drawn == whole
    torn = "select lead_id from moments group by lead_id having count(distinct is_drawn) > 1"
    assert not rows_of(connection, torn)


def test_weighted_sums_estimate_those_of_all_moments(connection) -> None:
    """Horvitz and Thompson: each row over the chance that it was drawn with."""
    [(blind_rate,)] = rows_of(connection, "select distinct sample_weight from moments where is_won")
    estimates = rows_of(
        connection,
        f"""
        select count(*), sum(sample_weight) / {blind_rate},
            count(distinct lead_id), count(distinct lead_id) filter (is_blind) / {blind_rate}
        from moments
        group by is_won order by is_won
        """,
    )
    (others, as_others, leads, as_leads), (won, as_won, won_leads, as_won_leads) = estimates
    assert as_won == pytest.approx(won)
    assert as_others == pytest.approx(others, rel=0.1)
    assert as_leads == pytest.approx(leads, rel=0.1)
    assert as_won_leads == pytest.approx(won_leads, rel=0.25)


def test_features_are_the_same_whoever_else_is_drawn(connection) -> None:
    [(count,)] = rows_of(connection, "select count(*) from drawn.features")
    assert count > MOST
    assert not rows_of(connection, "from drawn.features except all from whole.features")


def test_only_blind_moments_test(connection) -> None:
    uses = rows_of(
        connection,
        "select use, bool_and(is_blind), bool_or(is_blind) from drawn.training_moments "
        "where use is not null group by use order by use",
    )
    assert uses == [("calibrate", False, True), ("test", True, True), ("train", False, True)]
