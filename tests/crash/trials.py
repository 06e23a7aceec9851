"""Builds that are stopped in the middle, and what they leave.

A lane has a warehouse that was built and published on the first day, and the inputs of the second.
A trial puts that back, starts `scripts/build`, stops it, reads what is published, builds again
without help, and compares all public tables with those of a build that nothing disturbed.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from benchmarks.build import hand_over_the_day, the_day_before
from tests.conftest import PROJECT, QUICK
from tests.crash.builds import Build

LEADS = 600
# So few leads and moments and still trees, on both days.
VARIABLES = QUICK | {
    "retrain": "always",
    "snapshot_every_days": 28,
    "min_leads_for_trees": 200,
    "min_conversions_for_trees": 40,
}
# When by the clock something was computed is another time in each build: compared is whether that
# was on the second day. What a CRM is told holds it too, and its hash hangs on it.
BY_THE_CLOCK = {
    "scored_at": "scored_at > timestamp '{}'",
    "updated_at": "updated_at > timestamp '{}'",
    "run_id": "strptime(left(run_id, 15), '%Y%m%dT%H%M%S') > timestamp '{}'",
    "properties": ("""regexp_replace(properties, '(?i)"[a-z_]*scored(_at)?(__c)?":"[^"]*"', '')"""),
    "properties_hash": "properties_hash is null",
}
# They tell of the runs that were stopped, too.
RUN_LOG = {"run_log", "run_log_inputs", "run_log_phases"}


@dataclass
class Lane:
    """A folder in which one trial after another is made.

    Attributes:
        seconds: what the last build of the second day took that nothing disturbed.
        phases: of that build: when each began.
    """

    folder: Path
    variables: Mapping[str, object]
    seconds: float = 0.0
    phases: list[tuple[float, str]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """What is put back before each trial."""
        return self.folder / "state"

    @property
    def database(self) -> Path:
        return self.state / "leadhouse.duckdb"

    @property
    def published(self) -> Path:
        return self.state / "leadhouse_published"

    def prepare(self, world: Path) -> None:
        """Builds both days undisturbed, and keeps what each of them left."""
        self.folder.mkdir(parents=True)
        the_day_before(world, self.folder / "raw")
        self.state.mkdir()
        self.build_whole()
        self._keep("first day")
        self.first_day_ended = datetime.now(UTC).replace(tzinfo=None)
        hand_over_the_day(world, self.folder / "raw")
        build = self.build_whole()
        manifest = json.loads((self.folder / "target" / "manifest.json").read_text())
        self.folders = {
            node["name"]: node["name"] if node["language"] == "python" else node["fqn"][1]
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
        }
        self._measure(build)
        self._keep("second day")

    def _measure(self, build: Build) -> None:
        self.seconds = build.seconds
        self.phases = list(build.phases(self.folders))

    def _keep(self, name: str) -> None:
        shutil.copytree(self.state, self.folder / name, symlinks=True)
        current = (self.published / "current").resolve()
        shutil.copytree(current, self.folder / f"{name}, published")

    def put_back(self) -> None:
        """The warehouse as the first day left it; dbt's own folder stays, as a user's does."""
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.folder / "first day", self.state, symlinks=True)

    def start(
        self,
        *arguments: str,
        limit: Callable[[], None] | None = None,
        within: Sequence[str | Path] = (),
        **environment: str,
    ) -> Build:
        """`scripts/build` in a process group of its own.

        Args:
            arguments: further ones.
            limit: is called in the new process.
            within: a command that runs it.
            environment: further variables.
        """

        def prepare() -> None:
            # What is run in the background is deaf to Ctrl-C, and so is what it starts.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if limit:
                limit()

        self.folder.joinpath("temporary").mkdir(exist_ok=True)
        told = {
            "LEADHOUSE_DATABASE": str(self.database),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_USE_COLORS": "false",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "TMPDIR": str(self.folder / "temporary"),
        }
        command = (
            *within,
            *(PROJECT / "scripts" / "build", "--raw-dir", self.folder / "raw"),
            *("--exclude-resource-type", "test", "unit_test"),
            *("--vars", json.dumps(self.variables), *arguments),
        )
        return Build(
            subprocess.Popen(
                command,
                env=os.environ | told | environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509 (no thread of ours has a lock that it needs)
            )
        )

    def build_whole(self) -> Build:
        build = self.start()
        assert build.wait() == 0, build.said
        assert "Published: " in build.said, build.said
        return build

    def spans(self) -> dict[str, float]:
        """The phases of the undisturbed build, and how long each was at it, its longest time."""
        longest: dict[str, float] = {}
        for (began, name), (ended, _) in pairwise([*self.phases, (self.seconds, "")]):
            longest[name] = max(longest.get(name, 0.0), ended - began)
        return longest

    def standing(self) -> str:
        """Which day's tables are published, whole.

        Raises:
            AssertionError: neither day's.
        """
        first = self.differences("first day", exactly=True)
        if not first:
            return "first day"
        second = self.differences("second day")
        assert not second, f"published is neither day whole: {first} differ, and {second}"
        return "second day"

    def differences(self, day: str, *, exactly: bool = False) -> list[str]:
        """The public tables that are not those of a day, whichever program reads them."""
        kept = {file.stem: file for file in (self.folder / f"{day}, published").iterdir()}
        differing = []
        with duckdb.connect(self.published / "leadhouse.duckdb", read_only=True) as connection:
            views = connection.execute("select view_name from duckdb_views() where not internal")
            names = {name for (name,) in views.fetchall()}
            assert names == kept.keys(), names ^ kept.keys()
            for name in kept.keys() - (set() if exactly else RUN_LOG):
                file, compared = kept[name], {} if exactly else BY_THE_CLOCK
                columns = ", ".join(
                    compared.get(column, f'"{column}"').format(self.first_day_ended)
                    for column in connection.table(name).columns
                )
                one, other = f"select {columns} from {name}", f"select {columns} from '{file}'"
                [(count,)] = connection.execute(
                    f"select (select count(*) from ({one} except all {other}))"
                    f" + (select count(*) from ({other} except all {one}))"
                ).fetchall()
                if count:
                    differing.append(f"{name} ({count} rows)")
        return differing

    def remains(self) -> set[str]:
        """What a build leaves that an undisturbed one does not."""
        with duckdb.connect(self.database, read_only=True) as connection:
            found = connection.execute(
                "select name from (select table_name from duckdb_tables() union all"
                " select view_name from duckdb_views()) as relations (name)"
                " where contains(name, '__dbt_')"
            ).fetchall()
        usual, present = (
            {path.relative_to(place).name for path in place.glob("*")}
            | {path.name for path in place.glob("leadhouse_published/*")}
            | {path.suffix for path in place.glob("leadhouse_published/runs/*")}
            for place in (self.folder / "second day", self.state)
        )
        return {name for (name,) in found} | (present - usual)

    def trial(
        self, stop: Callable[[Build], None] = lambda build: None, lacks: str = "", **limits: object
    ) -> "Trial":
        """Puts the first day back, has a build of the second stopped, and builds again.

        Args:
            stop: is called with the build, once it has begun.
            lacks: what of, if it is not killed.
            limits: arguments of `start` for the one that is stopped.
        """
        self.put_back()
        build = self.start(**limits)
        stop(build)
        code = build.wait()
        *_, (_, phase) = build.phases(self.folders)
        trial = Trial(lacks or f"killed: {phase}", code, build.said)
        try:
            trial.published = self.standing()
            again = self.start()
            assert again.wait() == 0, again.said
            assert "Published: " in again.said or "Nothing to do" in again.said, again.said
            if trial.published == "first day":
                self._measure(again)
            differing = self.differences("second day")
            assert not differing, f"not the undisturbed build's: {differing}"
            assert not self.remains(), self.remains()
        except (AssertionError, duckdb.Error, OSError) as error:
            trial.failure = f"{type(error).__name__}: {error}"
        return trial


@dataclass
class Trial:
    """How one went.

    Attributes:
        met: what the build met: it was killed in a phase (that at the end may be over already), or
            lacked something.
        code: of the build that was stopped.
        said: by it.
        published: whose tables were found then.
        failure: what was wrong thereafter; empty: nothing.
    """

    met: str
    code: int
    said: str
    published: str = ""
    failure: str = ""
