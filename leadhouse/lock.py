"""The lock of a warehouse: one build at a time, and none beside a command that has it open.

It is a lock of the kernel's on the file `<database>.lock`, which stays there. A build holds it
alone, other commands share it. It goes with the last process that has it, however that ends, so a
crash leaves none behind; what the file says of the build that holds it is for people.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadhouse.account import account_name


@dataclass(frozen=True)
class BuildLock:
    """The lock, held.

    Attributes:
        descriptor: of its file; a process that inherits it holds the lock too.
    """

    descriptor: int

    def name_holder(self, process: int) -> None:
        """Says for those who come second which process builds, since now."""
        since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
        said = json.dumps({"process": process, "user": account_name(), "since": since})
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, said.encode(), 0)


def file_of(database: Path) -> Path:
    """The file that is locked."""
    return database.with_name(f"{database.name}.lock")


@contextmanager
def held_alone(database: Path, *, wait: bool = False) -> Iterator[BuildLock]:
    """Holds the lock as a build does.

    Raises:
        BlockingIOError: another process has it, and this one is not to wait.
        OSError: its file cannot be made.
    """
    file = file_of(database)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        lock = BuildLock(descriptor)
        lock.name_holder(os.getpid())
        yield lock
    finally:
        os.close(descriptor)


@contextmanager
def shared(database: Path) -> Iterator[None]:
    """Holds the lock as a command does that opens what a build has made.

    Raises:
        BlockingIOError: a build has it.
    """
    try:
        descriptor = os.open(file_of(database), os.O_RDONLY)
    except FileNotFoundError:  # no build has locked it ever
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def build_running(database: Path) -> str | None:
    """Which build has the lock, in words; None where none has."""
    try:
        with shared(database):
            return None
    except BlockingIOError:
        pass
    try:
        said = json.loads(file_of(database).read_text())
        return f"process {said['process']} of {said['user']}, since {said['since']}"
    except (ValueError, KeyError, TypeError):  # it is just being written
        return "another process"
