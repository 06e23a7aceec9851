"""Replays past moments, one after the other, as they would have followed each other."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from leadhouse.backtest.builds import Builds
from leadhouse.backtest.plan import Plan, PlanError
from leadhouse.backtest.predictions import figures, keep, moments_kept, predictions_told
from leadhouse.database import open_warehouse
from leadhouse.forgetting.copies import hand_on

# What a prediction rests on, and no more: neither tests, nor figures, nor public tables.
_TOLD = "+int_lead_predictions"
_PROOF = "int_backtest_labels+"


@dataclass(frozen=True)
class Told:
    """A moment that was replayed: how many leads were open, and which model scored them."""

    as_of: datetime
    count_leads: int
    model_version: str | None


class Backtest:
    """A plan on its way. What is done is kept, so that another start goes on from there.

    All moments are built in one warehouse of their own, in the order of time: what was trained at
    one scores at the next, is recalibrated, and is replaced as it would have been. People's
    decisions (`leadhouse models promote`) are not replayed.

    Attributes:
        plan: as asked.
        remaining: the moments that are to be replayed: from the first that is not done on, since
            a later one rests on models that were trained at the missing one.
    """

    def __init__(self, plan: Plan, *, restart: bool = False) -> None:
        """Compares the plan with the warehouse, and with what is done.

        Args:
            plan: as asked.
            restart: whether to begin anew, whatever is done.

        Raises:
            PlanError: the warehouse does not reach as far, or another backtest has the place.
            WarehouseError: the warehouse cannot be read.
        """
        self.plan = plan
        self._scratch = plan.folder / "leadhouse.duckdb"
        self._note = plan.folder / "backtest.json"
        self._builds = Builds(plan.project, plan.folder, plan.variables)
        with open_warehouse(plan.database) as connection:
            [(first, as_of)] = connection.execute(
                "select (select min(created_at) from stg_leads), as_of from run_context"
            ).fetchall()
            kept = moments_kept(connection, plan.configuration)
        if first is None or plan.start < first:
            raise PlanError(f"--from ({plan.start}) is before the first lead, which is of {first}.")
        if plan.moments[-1] > as_of:
            raise PlanError(f"The moment {plan.moments[-1]} is later than the warehouse: {as_of}.")
        configuration, done = self._noted()
        if done and configuration != plan.configuration and not restart:
            raise PlanError(
                f"{plan.folder} holds a backtest of other moments, inputs, variables or code, "
                f"{len(done)} moments of it done; --restart replaces it."
            )
        self.remaining = plan.moments
        while not restart and self.remaining and self.remaining[0] in done & kept:
            self.remaining = self.remaining[1:]

    def replay(self) -> Iterator[Told]:
        """Replays the moments that remain; each is kept before it is given.

        Raises:
            BuildError: a moment could not be built.
            WarehouseError: the warehouse, or the backtest's own, is in use by another program.
        """
        if self.remaining == self.plan.moments:
            self._begin_anew()
        while self.remaining:
            told = self._replay(self.remaining[0])
            self.remaining = self.remaining[1:]
            self._note_done()
            yield told

    def evaluate(self) -> list[dict[str, Any]]:
        """Builds the warehouse's evaluation tables anew, and gives `figures`.

        Raises:
            BuildError: they could not be built.
        """
        self._builds.build(self.plan.database, _PROOF)
        with open_warehouse(self.plan.database) as connection:
            return figures(connection)

    def _replay(self, as_of: datetime) -> Told:
        self._rewind(as_of)
        self._builds.build(self._scratch, _TOLD, as_of=as_of, raw_dir=self.plan.raw_dir)
        with open_warehouse(self._scratch) as connection:
            told = predictions_told(connection, as_of)
        with open_warehouse(self.plan.database, read_only=False) as connection:
            keep(connection, told, as_of, self.plan.configuration)
        champion = told.filter(pc.field("contestant") == "champion")
        models = pc.unique(champion["model_version"]).to_pylist()
        return Told(as_of, len(champion), next(iter(models), None))

    def _rewind(self, as_of: datetime) -> None:
        """Takes back what a moment that was broken off has trained: it would stand already."""
        if not self._scratch.exists():
            return
        with open_warehouse(self._scratch, read_only=False) as connection:
            tables = connection.execute("select table_name from duckdb_tables()").fetchall()
            if ("trained_models",) in tables:
                connection.execute("delete from trained_models where trained_as_of >= ?", [as_of])

    def _begin_anew(self) -> None:
        if self._scratch.exists():
            with open_warehouse(self._scratch, read_only=False):
                pass  # no other backtest is building there
        if self.plan.folder.exists():
            shutil.rmtree(self.plan.folder)
        self.plan.folder.mkdir(parents=True)
        with open_warehouse(self.plan.database) as connection:
            hand_on(connection, self._scratch)
        self._note_done()

    def _noted(self) -> tuple[str | None, set[datetime]]:
        """What the backtest's own warehouse is of: its configuration, and the moments done."""
        folder = self.plan.folder
        if not folder.exists() or not any(folder.iterdir()):
            return None, set()
        if not self._note.is_file():
            raise PlanError(f"{folder} is where a backtest builds, but it holds something else.")
        noted = json.loads(self._note.read_text())
        return noted["configuration"], {datetime.fromisoformat(at) for at in noted["done"]}

    def _note_done(self) -> None:
        done = self.plan.moments[: len(self.plan.moments) - len(self.remaining)]
        noted = {
            "configuration": self.plan.configuration,
            "done": [at.isoformat() for at in done],
        }
        new = self._note.with_suffix(".new")
        new.write_text(json.dumps(noted, indent=1))
        new.replace(self._note)
