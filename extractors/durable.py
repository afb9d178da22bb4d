"""Making files and folders survive a power cut."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def private_umask() -> None:
    """From now on this process and its children write nothing that others than owner and group can read."""
    os.umask(os.umask(0o027) | 0o027)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: under a temporary name, fsynced, renamed, its folder fsynced.

    A failure leaves nothing behind, a killed process at most `<name>.<token>.tmp`. Raises OSError.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Flush a written file to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Flush a folder's entries (creations, renames) to the disk."""
    sync_file(path)


def sync_tree(path: Path) -> None:
    """Flush every file and folder under `path`, and `path` itself."""
    for folder, _, names in os.walk(path):
        for name in names:
            sync_file(Path(folder) / name)
        sync_folder(Path(folder))
