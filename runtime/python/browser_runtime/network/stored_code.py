"""Keeps the code of modules in memory, compressed, until a program needs them.

A worker starts from a snapshot, in which the files of this runtime no longer exist. Modules that
were imported into the snapshot would make every start slower. Stored in this way, the code of the
network adds less than 100 kB to a snapshot, and no time to a start.
"""

import importlib.machinery
import marshal
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

# Name → whether the module is a package, and its code as `marshal` writes it.
type _Codes = dict[str, tuple[bool, bytes]]

# The length of the header of a file with bytecode, see https://peps.python.org/pep-0552/.
_HEADER_BYTES = 16


def _read(package: str, folder: Path, skipped: Sequence[str]) -> Iterator[tuple[str, bool, bytes]]:
    for file in sorted(folder.rglob("*.py*")):
        parts = file.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join((package, *(parts[:-1] if is_package else parts)))
        if name in skipped or "__pycache__" in parts:
            continue
        # Unlike `importlib.util.find_spec`, this imports no package.
        parent = file.parent.parent if is_package else file.parent
        spec = importlib.machinery.PathFinder.find_spec(name, [str(parent)])
        loader: Any = spec and spec.loader
        if file.suffix == ".pyc":
            # Loading the code here would intern all names in it, for ever.
            yield name, is_package, loader.get_data(str(file))[_HEADER_BYTES:]
        else:
            yield name, is_package, marshal.dumps(loader.get_code(name))


class _Finder:
    """Finds the modules whose code is stored, and loads them."""

    def __init__(self, codes: _Codes) -> None:
        self._codes = codes

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - as every finder
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._codes:
            return None
        loader: Any = self
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=self._codes[fullname][0])

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Return None, so that the import system creates an ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        _, code = self._codes[module.__name__]
        exec(marshal.loads(code), vars(module))  # noqa: S102, S302 - the code of this runtime


type Importing = Callable[[], Any]


def store(package: str, folder: Path, skipped: Sequence[str]) -> Importing:
    """Read and compress the code of all modules of a package.

    Args:
        package: the name of the package.
        folder: its folder.
        skipped: the names of modules that are imported already.

    Returns:
        A context manager, within which the modules can be imported without their files. The
        compressed code exists only in this function, where no program can change it.
    """
    codes = {name: (is_package, code) for name, is_package, code in _read(package, folder, skipped)}
    packed = zlib.compress(marshal.dumps(codes), 9)

    @contextmanager
    def importing() -> Iterator[None]:
        finder: Any = _Finder(marshal.loads(zlib.decompress(packed)))  # noqa: S302 - see `store`
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)

    return importing
