"""Ways to stop a build: at a moment, in a phase, by a limit."""

import resource
import signal
import time
from collections.abc import Callable, Mapping

from tests.crash.builds import Build


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
