"""dbt's tests of the data find what they are for: none is a query that never has a row."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

# The test, and what is changed for it to find.
DAMAGES = {
    "input_rows_add_up": "update input_row_counts set count_used = count_used + 1",
    "feature_catalog_lists_every_feature": """
        update feature_catalog set feature_name = 'unheard_of' where feature_name = 'lead_age_days'
    """,
    "every_open_lead_is_scored": """
        delete from lead_scores where lead_id = (select min(lead_id) from lead_scores)
    """,
    "contributions_add_up": "update int_lead_contributions set base_margin = base_margin + 1",
    "reasons_add_up": """
        update lead_score_reasons set contribution_points = contribution_points + 1 where rank = 1
    """,
    "reasons_are_sentences": """
        insert into int_lead_reasons by name select lead_id, 99 as rank from lead_scores
    """,
    "score_changes_add_up": """
        insert into lead_score_changes by name
        select
            lead_id, as_of, 'changed' as status, as_of as from_as_of, 10 as from_score,
            11 as to_score, 0 as from_decay, 2 as from_events, 0 as from_attributes, 0 as from_model
        from lead_scores
    """,
    "effects_cover_every_moment": """
        update model_feature_effects set count_open_leads = count_open_leads + 1
    """,
    "evaluated_moments_add_up": """
        insert into model_segments by name
        select
            'v1' as model_version, 'country' as segment_by, 'fr' as segment, 5 as count_moments,
            5 as count_leads, 1 as count_conversions, false as is_small, 0.2 as conversion_rate,
            as_of
        from run_context
    """,
    "open_leads_of_accounts_add_up": """
        update account_scores set count_open_leads = count_open_leads + 1
    """,
    "routing_keeps_its_rules": """
        update int_lead_assignments set
            rep_id = (select min(rep_id) from main_seeds.sales_reps),
            assigned_at = (select as_of from run_context)
    """,
    # (The kinds of generic tests, each by one that a model has.)
    "not_null_int_lead_contributions_lead_id": "update int_lead_contributions set lead_id = null",
    "unique_int_lead_contributions_lead_id": "update int_lead_contributions set lead_id = 'l1'",
    "unique_combination_lead_score_reasons_lead_id__rank": "update lead_score_reasons set rank = 1",
    "accepted_values_lead_scores_trend__rising__steady__falling": """
        update lead_scores set trend = 'up'
    """,
    "relationships_routing_rules_team__team__ref_sales_reps_": """
        update main_seeds.routing_rules set team = 'nobody'
    """,
}


@pytest.fixture(scope="module")
def connection(
    demo_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """To a copy of the warehouse."""
    database = tmp_path_factory.mktemp("damaged") / demo_warehouse.database.name
    shutil.copy(demo_warehouse.database, database)
    with duckdb.connect(database) as connection:
        yield connection


def compiled(warehouse: Warehouse, name: str) -> str:
    """The query that the build ran for a test."""
    [file] = Path(warehouse.folder, "target", "compiled").rglob(f"{name}.sql")
    return file.read_text()


@pytest.mark.parametrize("name", DAMAGES)
def test_each_finds_what_it_is_for(
    connection: duckdb.DuckDBPyConnection, demo_warehouse: Warehouse, name: str
) -> None:
    query = compiled(demo_warehouse, name)
    assert connection.execute(query).fetchall() == []
    connection.begin()
    connection.execute(DAMAGES[name])
    found = connection.execute(query).fetchall()
    connection.rollback()
    assert found
