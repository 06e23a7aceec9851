import pytest

from tests.conftest import Warehouse
from tests.inputs.worlds import Staging


@pytest.fixture(scope="session")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """models/staging as dbt compiles it."""
    return Staging.compiled(Warehouse(tmp_path_factory.mktemp("staging")))
