"""What has to be on the disk before it is named."""

import os
from pathlib import Path


def keep(path: Path) -> None:
    """Has the disk keep a file, or a folder's names: a rename must not outlive what it names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
