"""A build under way: what it prints, which phase it is in, and how it is ended."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Thread

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
