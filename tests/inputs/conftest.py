from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.inputs.worlds import Staging, write_world


@pytest.fixture(scope="session")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """models/staging as dbt compiles it, to be run on many small worlds without dbt's start-up."""
    folder = tmp_path_factory.mktemp("staging")
    warehouse = Warehouse(folder / "warehouse")
    done = warehouse.dbt("run", "--select", "staging", raw_dir=write_world(folder / "raw"))
    assert done.returncode == 0, done.stdout
    compiled = Path(warehouse.folder, "target", "compiled", "leadhouse", "models", "staging")
    files = sorted(compiled.glob("*.sql"), key=lambda file: (_stage(file.stem), file.stem))
    return Staging("leadhouse", {file.stem: file.read_text() for file in files})


def _stage(model: str) -> int:
    if model == "run_context":
        return 1
    return {"base": 0, "stg": 2}.get(model.partition("_")[0], 3)
