"""Imports modules whose code is in the archive of the standard library until they are needed.

A worker starts from a snapshot, which contains modules that have been imported, but no files. Each
module in the snapshot makes the first download longer. Most programs use no network, so the code of
the network's modules is in the archive, which arrives after Python has started; see
`browser_runtime.library`. There, the code of all these modules is in a single file, because each
file that is read from an archive takes a while. runtime/bundle/pack.py writes that file.
"""

import importlib.machinery
import marshal
import sys
import zipimport
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any

# The path of the archive in the file system of the browser's Python.
ARCHIVE = f"/lib/python{sys.version_info.major}{sys.version_info.minor}.zip"

# Name → whether the module is a package, and its code as `marshal` writes it.
type _Codes = dict[str, tuple[bool, bytes]]

# What `importing_from` returns.
type Importing = Callable[[], AbstractContextManager[None]]


class _Finder:
    """Finds the modules whose code is in the archive, and loads them."""

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


def importing_from(package: str, archive: str = ARCHIVE) -> Importing:
    """Return a function that makes context managers.

    Within each of these contexts, modules of a package can be imported from an archive, which is
    read once, when a program first needs the modules.
    """
    file = f"{archive}/{package.replace('.', '/')}.marshal"
    # Bytes, unlike a dictionary, cannot be changed by a program.
    packed: bytes | None = None

    @contextmanager
    def importing() -> Iterator[None]:
        nonlocal packed
        if packed is None:
            packed = zipimport.zipimporter(archive).get_data(file)
        finder: Any = _Finder(marshal.loads(packed))  # noqa: S302 - the code of this runtime
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)

    return importing
