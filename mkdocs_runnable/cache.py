"""Keeps texts that take long to make, such as the HTML of pages, between two builds.

Each text is a file whose name is a hash of everything that the text depends on, including the code
of this package. So a text is never outdated: if any of this changes, the text gets another name.
Several builds can share a folder at the same time, because each file appears whole or not at all.
"""

import contextlib
import functools
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import markdown
import pygments

from mkdocs_runnable.files import UNFINISHED, write_atomically

# Enough for the texts of a large site and of several earlier versions of it. If a cache is larger,
# the files that have not been used for the longest time are deleted.
MOST_BYTES = 100_000_000
# Writing a file takes much less time than this, so an older unfinished file was left behind by a
# build that was interrupted.
_ABANDONED_SECONDS = 3600


def hash_of_files(paths: Iterable[Path]) -> str:
    """Return a hash of the contents of files, which also depends on their sequence."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def _versions() -> str:
    """Return what every text depends on: this package's code, and the versions of what it runs on.

    The code of a running process does not change, so it is read once.
    """
    code = hash_of_files(sorted(Path(__file__).parent.rglob("*.py")))
    return repr((code, sys.version, markdown.__version__, pygments.__version__))


@dataclass(frozen=True)
class Cache:
    """The texts in one folder.

    Attributes:
        folder: The folder, which need not exist. None to keep nothing, so that every text is made.
    """

    folder: Path | None

    def text(self, kind: str, parts: object, make: Callable[[], str]) -> str:
        """Return a text that was kept, or make it and keep it.

        Args:
            kind: What the text is, as one word.
            parts: Everything else that the text depends on, apart from the code of this package:
                texts, numbers and None, and lists, tuples, dictionaries and data classes of them,
                whose ``repr`` is the same in every process.
            make: Makes the text. If it raises an error, nothing is kept.
        """
        kept = self.find(kind, parts)
        if kept is None:
            kept = make()
            self.keep(kind, parts, kept)
        return kept

    def find(self, kind: str, parts: object) -> str | None:
        """Return a text that was kept, or None; the arguments are those of :meth:`text`."""
        path = self._path(kind, parts)
        return None if path is None else _read(path)

    def keep(self, kind: str, parts: object, text: str) -> None:
        """Keep a text; the arguments are those of :meth:`text`."""
        if path := self._path(kind, parts):
            _write(path, text)

    def _path(self, kind: str, parts: object) -> Path | None:
        if self.folder is None:
            return None
        key = hashlib.sha256(repr((_versions(), kind, parts)).encode()).hexdigest()
        return self.folder / key[:2] / key

    def remove_oldest(self, most_bytes: int = MOST_BYTES) -> None:
        """Delete unfinished files of interrupted builds, and old files if the cache is too large.

        Args:
            most_bytes: If the files are larger than this in total, files are deleted until they no
                longer are, beginning with those that have not been used for the longest time.
        """
        if self.folder is None:
            return
        found: list[tuple[float, int, str]] = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):  # another build has deleted it
                status = path.stat()
                is_abandoned = time.time() - status.st_mtime > _ABANDONED_SECONDS
                if path.suffix == UNFINISHED and is_abandoned:
                    path.unlink()
                elif path.suffix != UNFINISHED:
                    found.append((status.st_mtime, status.st_size, str(path)))
        total = sum(size for _, size, _ in found)
        for _, size, name in sorted(found):
            if total <= most_bytes:
                break
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108 - sorting paths takes longer than sorting texts
            total -= size


def _read(path: Path) -> str | None:
    """Return the text in a file; None if there is no such file, or if it is damaged."""
    try:
        data = path.read_bytes()
        # The time of the last use decides which files are deleted.
        os.utime(path)
    except OSError:
        return None
    digest, _, content = data.partition(b"\n")
    # After a power failure, a file can be there without its content.
    if digest.decode("latin-1") != hashlib.sha256(content).hexdigest():
        return None
    return content.decode("utf-8")


def _write(path: Path, text: str) -> None:
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    # Without the file, the next build makes the text again. So builds only become slower if the
    # folder cannot be written.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{digest}\n{text}")
