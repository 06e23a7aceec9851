"""Builds that are stopped in the middle, and what they leave.

A lane has a warehouse that was built and published on the first day, and the inputs of the second.
A trial puts that back, starts `scripts/build`, stops it, reads what is published, builds again
without help, and compares all public tables with those of a build that nothing disturbed.
"""

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from threading import Thread

import duckdb

from benchmarks.build import hand_over_the_day, the_day_before
from tests.conftest import PROJECT, QUICK

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
_LINE = re.compile(
    r"START (?:(?:sql|python) .*model \S+?\.(?P<model>\w+)|(?P<seed>seed) file"
    r"|hook: leadhouse\.(?P<hook>on-run-start|on-run-end))"
)
PARSING, INPUTS, SEEDS, PUBLISHING, NOTING = (
    "parsing",
    "inputs",
    "seeds",
    "publishing",
    "at the end",
)
LONGEST_BUILD_SECONDS = 600.0
# They tell of the runs that were stopped, too.
RUN_LOG = {"run_log", "run_log_inputs", "run_log_phases"}


@dataclass
class Build:
    """A build under way or over, and what it has printed.

    Attributes:
        began: by the monotonic clock.
        lines: each with the seconds after which it came.
        seconds: what it took, once it was waited for.
    """

    process: subprocess.Popen[str]
    began: float = field(default_factory=time.monotonic)
    lines: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.began, line))

    def wait(self) -> int:
        """Its exit code, once it and all that it started are over."""
        code = self.process.wait(LONGEST_BUILD_SECONDS)
        self.seconds = time.monotonic() - self.began
        self._reader.join(LONGEST_BUILD_SECONDS)
        return code

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def signal(self, number: int) -> None:
        """To the whole group, as a terminal's Ctrl-C is, and as whoever pulls the plug does it."""
        os.killpg(self.process.pid, number)

    @property
    def said(self) -> str:
        return "".join(line for _, line in self.lines)

    def phases(self, folders: Mapping[str, str]) -> Iterator[tuple[float, str]]:
        """When which phase began: with the first of its models."""
        yield 0.0, PARSING
        last = PARSING
        for seconds, line in list(self.lines):
            if "Completed successfully" in line:
                phase = NOTING
            elif not (found := _LINE.search(line)):
                continue
            elif found["model"]:
                phase = folders[found["model"]]
            elif found["seed"]:
                phase = SEEDS
            else:
                phase = INPUTS if found["hook"] == "on-run-start" else PUBLISHING
            if phase != last:
                yield seconds, phase
            last = phase


@dataclass
class Lane:
    """A folder in which one trial after another is made.

    Attributes:
        seconds: what the undisturbed build of the second day took.
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
        self.seconds = build.seconds
        self.phases = list(build.phases(self.folders))
        self._keep("second day")

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


def killed_at(seconds: float, number: int = signal.SIGKILL) -> Callable[[Build], None]:
    """Ends a build so long after its begin."""

    def stop(build: Build) -> None:
        while time.monotonic() - build.began < seconds and not build.is_over():
            time.sleep(0.002)
        if not build.is_over():
            build.signal(number)

    return stop


def killed_in(
    phase: str, seconds: float, folders: Mapping[str, str], number: int = signal.SIGKILL
) -> Callable[[Build], None]:
    """Ends a build so long after a phase of it has begun."""

    def stop(build: Build) -> None:
        while not build.is_over():
            began = [at for at, name in build.phases(folders) if name == phase]
            if began:
                killed_at(began[0] + seconds, number)(build)
                return
            time.sleep(0.002)

    return stop


def file_size_limited(size: int) -> Callable[[], None]:
    """No file may grow beyond so many bytes: what a full disk is to the one that writes there."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def address_space_limited(size: int) -> Callable[[], None]:
    """No process may have more than so many bytes of memory, whatever DuckDB was told."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


def kills(lane: Lane, count: int, draw: random.Random) -> Iterator[Trial]:
    """Trials of kills: by turns at any moment of the whole build, and in one of each phase."""
    spans = list(lane.spans().items())
    for number in range(count):
        if number % 2:
            phase, seconds = spans[number // 2 % len(spans)]
            yield lane.trial(killed_in(phase, draw.uniform(0, seconds), lane.folders))
        else:
            yield lane.trial(killed_at(draw.uniform(0, lane.seconds)))


def lacks(lane: Lane, count: int, draw: random.Random) -> Iterator[Trial]:
    """Trials of what runs out, by turns: room on the disk, memory, DuckDB's share of it."""
    database = lane.folder / "first day" / lane.database.name
    for number in range(count):
        share = draw.random()
        match number % 3:
            case 0:
                size = int(share * 1.2 * database.stat().st_size)
                yield lane.trial(lacks="room in a file", limit=file_size_limited(size))
            case 1:
                size = int(200e6 * 20**share)
                yield lane.trial(lacks="memory", limit=address_space_limited(size))
            case _:
                size = f"{10 * 20**share:.0f}MB"
                yield lane.trial(lacks="memory for DuckDB", LEADHOUSE_MEMORY_LIMIT=size)
