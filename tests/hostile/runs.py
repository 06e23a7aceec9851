"""Many folders, each judged in a process that may die of it."""

import multiprocessing
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.hostile import byte_mutations, odd_folders, structures
from tests.hostile.trial import Outcome, Trial, Verdict
from tests.hostile.worlds import OPTIONAL, REQUIRED, write_good
from tests.inputs.worlds import Staging

ADDRESS_SPACE_BYTES = 6 << 30
LONGEST_TRIAL_SECONDS = 60

# A fork of a process without threads.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])

Write = Callable[[Path], object]
Take = Callable[[Write], None]


@dataclass(frozen=True)
class Kind:
    """A way of spoiling a folder: `draw(take, seed, count)` gives `take` so many."""

    name: str
    draw: Callable[[Take, int, int], None]
    # How many of its folders are tried for one of another kind's.
    weight: int = 1


@dataclass
class Tally:
    """What came of the folders of one kind."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    peak_bytes: int = 0
    seconds: float = 0.0

    def add(self, other: "Tally") -> None:
        self.outcomes += other.outcomes
        self.faults += other.faults
        self.peak_bytes = max(self.peak_bytes, other.peak_bytes)
        self.seconds += other.seconds


def kinds() -> list[Kind]:
    """All ways there are."""
    return [
        *(
            Kind(f"CSV: {name}", partial(_spoilt_files, ("csv", "csv", "csv.gz"), mutation))
            for name, mutation in byte_mutations.OF_CSV.items()
        ),
        *(
            Kind(f"Parquet: {name}", partial(_spoilt_files, ("parquet",), mutation))
            for name, mutation in byte_mutations.OF_PARQUET.items()
        ),
        Kind("names of files", _odd_names, weight=4),
        *(
            Kind(f"structure: {name}", partial(_worlds, strategy), weight=6)
            for name, strategy in structures.STRUCTURES.items()
        ),
    ]


def run(kind: Kind, count: int, first_seed: int, staging: Staging, folder: Path) -> Tally:
    """Judges `count` folders of a kind; those with faults stay in `folder`."""
    tally = Tally()
    began = time.monotonic()
    while (done := tally.outcomes.total()) < count:
        for verdict, peak_bytes in _judged(kind, first_seed + done, count - done, staging, folder):
            tally.outcomes[verdict.outcome] += 1
            tally.peak_bytes = max(tally.peak_bytes, peak_bytes)
            if verdict.outcome is Outcome.FAULT:
                number = len(tally.faults)
                kept = folder / f"{kind.name} {first_seed} {number}".replace(": ", "-").replace(
                    " ", "-"
                )
                shutil.rmtree(kept, ignore_errors=True)
                _place(kind, folder).rename(kept)
                tally.faults.append(f"{kept}: {verdict.text}")
    shutil.rmtree(_place(kind, folder), ignore_errors=True)
    tally.seconds = time.monotonic() - began
    return tally


def _judged(
    kind: Kind, first_seed: int, count: int, staging: Staging, folder: Path
) -> Iterator[tuple[Verdict, int]]:
    """The verdicts of one process, until it is done or dead."""
    ours, theirs = multiprocessing.Pipe()
    work = _Work(kind.name, first_seed, count, staging, _place(kind, folder))
    process = _PROCESSES.Process(target=work.do, args=(theirs,))
    process.start()
    theirs.close()
    try:
        while ours.poll(LONGEST_TRIAL_SECONDS):
            verdict, peak_bytes = ours.recv()
            if verdict is None:
                return
            yield verdict, peak_bytes
            ours.send(None)
        yield Verdict(Outcome.FAULT, f"no end after {LONGEST_TRIAL_SECONDS} s"), 0
    except EOFError:
        process.join()
        yield Verdict(Outcome.FAULT, f"the process died ({process.exitcode})"), 0
    finally:
        process.kill()
        process.join()


@dataclass(frozen=True)
class _Work:
    """What one process is to do; all of it plain data, as another process has to read it."""

    kind_name: str
    first_seed: int
    count: int
    staging: Staging
    place: Path

    def do(self, pipe: Connection) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        [kind] = [entry for entry in kinds() if entry.name == self.kind_name]
        trial = Trial(self.staging)

        def take(write: Write) -> None:
            shutil.rmtree(self.place, ignore_errors=True)
            self.place.mkdir(parents=True)
            write(self.place)
            verdict = trial(self.place)
            pipe.send((verdict, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10))
            pipe.recv()

        kind.draw(take, self.first_seed, self.count)
        pipe.send((None, 0))
        pipe.close()


def _place(kind: Kind, folder: Path) -> Path:
    return folder / f"now {kind.name}".replace("/", "-")


def _spoilt_files(
    forms: tuple[str, ...],
    mutation: byte_mutations.Mutation,
    take: Take,
    first_seed: int,
    count: int,
) -> None:
    for number in range(count):
        draw = Random(first_seed + number)  # noqa: S311
        take(partial(_spoil_a_file, forms, mutation, draw))


def _spoil_a_file(
    forms: tuple[str, ...], mutation: byte_mutations.Mutation, draw: Random, folder: Path
) -> None:
    table = draw.choice((*REQUIRED, *REQUIRED, *OPTIONAL))
    form = draw.choice(forms)
    write_good(folder, {table: form}, draw.choice(",,;\t|"))
    file = folder / f"{table}.{form}"
    file.write_bytes(mutation(draw, file.read_bytes()))


def _odd_names(take: Take, first_seed: int, count: int) -> None:
    for number in range(count):
        take(partial(odd_folders.write, Random(first_seed + number)))  # noqa: S311


def _worlds(strategy: object, take: Take, first_seed: int, count: int) -> None:
    @seed(first_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(world: structures.World) -> None:
        take(partial(structures.write_files, world=world))

    each()
