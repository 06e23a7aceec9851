"""Scoring by the shape of trees: from a table to a table, beside what others do with an array.

    python -m benchmarks.scoring [--leads N] [DEPTH ...]

300 trees over leads of 380 numbers, a fifth of them null, and 8 categories, made up for it. Ours
reads them from a DuckDB file and writes margin and calibrated probability to it, as
`int_lead_predictions` does. The others are given all features in memory, and give back raw sums:
LightGBM's `predict` (the measure of the rest), ONNX Runtime alone on our graph, and lleaves and
treelite, which compile the model first. All have two threads. Each is a process of its own, so
that its peak memory is its own, and they take turns, so that what else the machine does befalls
all; the processor's seconds are what a busy machine distorts least.

lleaves and treelite are no dependencies of Leadhouse: they are installed into an environment that
is thrown away after, and left out where they cannot be.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

LEADS = 500_000
NUMBERS = 380
CATEGORIES = 8
WORDS = tuple(f"word {i}" for i in range(1, 20))
TREES = 300
TRAINED_ON = 50_000
REPEATS = 3
THREADS = 2
PEERS = ("lleaves", "treelite")


def prepare(folder: Path, leads: int, *depths: int) -> dict[str, float]:
    """Writes the leads as a table and as a matrix, and a model of each depth."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    from leadhouse.learning.boosting import BoostingSettings, fit_boosting
    from leadhouse.learning.calibration import LineCalibration
    from leadhouse.learning.rows import Origin, TrainingRun, model_row, model_rows, named
    from leadhouse.scoring.schema import Feature, FeatureSchema

    numbers = [Feature(name=f"f{i}", kind="number") for i in range(NUMBERS)]
    categories = [
        Feature(name=f"c{i}", kind="category", vocabulary=WORDS) for i in range(CATEGORIES)
    ]
    schema = FeatureSchema(features=(*numbers, *categories))
    rng = np.random.default_rng(0)
    matrix = np.empty((leads, len(schema)), np.float32)
    for position in range(len(schema)):
        is_number = position < NUMBERS
        column = rng.gamma(0.5, 2.0, leads).round(1) if is_number else rng.integers(0, 20, leads)
        matrix[:, position] = np.where(rng.random(leads) < 0.2, np.nan, column)
    signal = np.nan_to_num(np.log1p(matrix[:, :8])) @ np.linspace(-0.6, 0.6, 8)
    label = rng.random(leads) < 1 / (1 + np.exp(3.9 - signal))
    np.save(folder / "leads.npy", matrix)

    now = datetime(2026, 1, 1)
    run = TrainingRun(as_of=now, horizon_days=30, feature_set_version="f", origins=[Origin(at=now)])
    first = slice(TRAINED_ON)
    rows = []
    for depth in depths:
        settings = BoostingSettings(max_depth=depth, count_trees=TREES)
        model = fit_boosting(
            matrix[first], label[first], np.ones(len(label[first])), schema, settings
        )
        model.booster.save_model(folder / f"depth_{depth}.txt")
        row = model_row(run, "champion", "lightgbm", model, LineCalibration(), origin=0)
        rows.append(row | named(row["onnx"], f"depth {depth}", now))
    words = np.array(["an unseen word", *WORDS], object)
    columns = {"lead_id": pa.array(range(leads)).cast(pa.string())}
    for feature, column in zip(schema.features, matrix.T, strict=True):
        if feature.kind == "category":
            codes, is_null = np.nan_to_num(column).astype(int), np.isnan(column)
            columns[feature.name] = pa.array(words[codes], pa.string(), mask=is_null)
        else:
            columns[feature.name] = pa.array(column, from_pandas=True)
    with duckdb.connect(folder / "leads.duckdb") as connection:
        connection.from_arrow(model_rows(rows)).create("lead_models")
        connection.from_arrow(pa.table(columns)).create("features")
    return {}


def leadhouse(folder: Path, depth: int) -> dict[str, float]:
    """From the table to a table, the loading of the model included."""
    import duckdb

    from leadhouse import scoring

    with duckdb.connect(folder / "leads.duckdb", config={"threads": THREADS}) as connection:
        scoring.register(connection)
        return _measured(
            lambda: connection.execute(
                """
                create or replace table predictions as
                with champion as (select model_version from lead_models where model_version = ?),
                scored as (
                    select
                        lead_id,
                        leadhouse_lead_score('lead_models', model_version, features) as prediction
                    from features
                    cross join champion
                )
                select lead_id, prediction.margin, prediction.probability from scored
                """,
                [f"depth {depth}"],
            )
        )


def lightgbm(folder: Path, depth: int) -> dict[str, float]:
    """LightGBM's raw scores of the matrix."""
    import lightgbm
    import numpy as np

    matrix = np.load(folder / "leads.npy")
    booster = lightgbm.Booster(model_file=folder / f"depth_{depth}.txt")
    return _measured(lambda: booster.predict(matrix, raw_score=True, num_threads=THREADS))


def onnxruntime(folder: Path, depth: int) -> dict[str, float]:
    """Our graph from its matrix on, in as large pieces as DuckDB gives, by two threads."""
    from concurrent.futures import ThreadPoolExecutor

    import duckdb
    import numpy as np

    from leadhouse.scoring.scorer import Scorer

    matrix = np.load(folder / "leads.npy")
    with duckdb.connect(folder / "leads.duckdb", read_only=True) as connection:
        row = (
            connection.execute(
                "select * from lead_models where model_version = ?", [f"depth {depth}"]
            )
            .to_arrow_table()
            .to_pylist()[0]
        )
    scorer = Scorer.from_row(row)
    # As the scorer takes them without a copy.
    pieces = [
        np.asfortranarray(matrix[start : start + 2_048]) for start in range(0, len(matrix), 2_048)
    ]
    del matrix
    with ThreadPoolExecutor(THREADS) as threads:
        return _measured(lambda: list(threads.map(scorer.run, pieces)))


def lleaves(folder: Path, depth: int) -> dict[str, float]:
    """The model compiled by LLVM."""
    import lleaves
    import numpy as np

    matrix = np.load(folder / "leads.npy")
    model = lleaves.Model(model_file=str(folder / f"depth_{depth}.txt"))
    cache = folder / f"depth_{depth}_lleaves.o"
    compiling = _measured(lambda: model.compile(cache=cache))["seconds"]
    return _measured(lambda: model.predict(matrix, n_jobs=THREADS)) | {"compiling": compiling}


def treelite(folder: Path, depth: int) -> dict[str, float]:
    """The model compiled by a C compiler (TL2cgen), which is how treelite predicts fastest."""
    import numpy as np
    import tl2cgen
    import treelite

    matrix = np.load(folder / "leads.npy")
    model = treelite.frontend.load_lightgbm_model(folder / f"depth_{depth}.txt")
    library = folder / f"depth_{depth}_treelite.so"
    compiling = 0.0
    if not library.exists():
        compiling = _measured(
            lambda: tl2cgen.export_lib(
                model, toolchain="gcc", libpath=library, params={"parallel_comp": 8}
            )
        )["seconds"]
    predictor = tl2cgen.Predictor(library, nthread=THREADS)
    rows = tl2cgen.DMatrix(matrix)
    return _measured(lambda: predictor.predict(rows)) | {"compiling": compiling}


CONTESTANTS = {f.__name__: f for f in (lightgbm, leadhouse, onnxruntime, lleaves, treelite)}


def _measured(call) -> dict[str, float]:
    """Seconds on the clock and of processors, and the peak of the process's memory in GB."""
    began, processor = time.perf_counter(), time.process_time()
    call()
    return {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _in_a_process(python: str | Path, task: str, folder: Path, *numbers: int) -> dict[str, float]:
    done = subprocess.run(
        [python, "-m", "benchmarks.scoring", "--task", task, str(folder), *map(str, numbers)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _throw_away_environment(folder: Path) -> tuple[Path, list[str]]:
    """An environment with the peers; gives its Python, and which of them could be installed."""
    environment = folder / "environment"
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    installed = []
    # Of llvmlite, lleaves needs what 0.44 took away.
    packages = {
        "lleaves": ["lleaves", "llvmlite<0.44"],
        # The newest that TL2cgen was found to work with.
        "treelite": ["treelite<4.2", "tl2cgen", "setuptools"],
    }
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "numpy", "rich", "pandas", "scipy"], check=False)
    for peer in PEERS:
        done = subprocess.run([*install, *packages[peer]], check=False, stderr=subprocess.DEVNULL)
        if done.returncode == 0:
            installed.append(peer)
    return python, installed


def main(leads: int, depths: list[int]) -> None:
    table = Table(
        *("depth", "contestant", "leads/s", "times LightGBM", "processor, of LightGBM's"),
        *("cores busy", "peak, GB", "compiling, s"),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        # Peak memory is inherited: this process must stay small.
        _in_a_process(sys.executable, "prepare", folder, leads, *depths)
        others, installed = _throw_away_environment(folder)
        for depth in depths:
            runs: dict[str, list[dict[str, float]]] = defaultdict(list)
            for _ in range(REPEATS):
                for contestant in CONTESTANTS:
                    if contestant not in PEERS:
                        python = sys.executable
                    elif contestant in installed:
                        python = others
                    else:
                        continue
                    runs[contestant].append(_in_a_process(python, contestant, folder, depth))
            _add_rows(table, depth, leads, runs)
    Console(width=120).print(table)


def _add_rows(
    table: Table, depth: int, leads: int, runs: dict[str, list[dict[str, float]]]
) -> None:
    for contestant in CONTESTANTS:
        if contestant not in runs:
            table.add_row(str(depth), contestant, "could not be installed", *[""] * 5)
            continue
        own, measure = runs[contestant], runs["lightgbm"]

        def ratio(figure: str, own=own, measure=measure) -> float:
            return statistics.median(
                theirs[figure] / ours[figure] for ours, theirs in zip(own, measure, strict=True)
            )

        def median(figure: str, own=own) -> float:
            return statistics.median(run[figure] for run in own)

        table.add_row(
            str(depth),
            contestant,
            f"{leads / median('seconds'):,.0f}",
            f"{ratio('seconds'):.2f}",
            f"{1 / ratio('processor'):.2f}",
            f"{median('processor') / median('seconds'):.1f}",
            f"{median('peak'):.2f}",
            # The later runs find what the first has compiled.
            f"{own[0]['compiling']:.1f}" if "compiling" in own[0] else "",
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Scoring, beside what others do.")
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--task", nargs=2, metavar=("TASK", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("numbers", type=int, nargs="*", metavar="DEPTH")
    given = parser.parse_args()
    if given.task:
        task, folder = given.task
        run = {"prepare": prepare, **CONTESTANTS}[task]
        print(json.dumps(run(Path(folder), *given.numbers)))
    else:
        main(given.leads, given.numbers or [3, 6])
