"""Imports from the archive of the standard library wait until it has arrived, if they need it."""

import types
import zipfile
import zipimport
from pathlib import Path

import pytest

from tests.browser_runtime.fake_kernel import Promise, Promised
from tests.browser_runtime.harness import Library, kernel, late_library, run

# The source of each module in the archive.
SOURCE = "cups = 2\n"


class Archive(types.ModuleType):
    """Takes the place of `browser_library`. Its archive contains two modules, and arrives later."""

    def __init__(self, path: Path) -> None:
        super().__init__("browser_library")
        self._path = path
        self._promise: Promise[str] = Promise(kernel)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("tea.py", SOURCE)
            archive.writestr("kept.py", SOURCE)
        self._content = path.read_bytes()
        # Let Python read the list of the archive's files, which in the browser is in the snapshot.
        zipimport.zipimporter(str(path))
        self._is_late = False

    def vanish(self) -> None:
        """Overwrite the archive, as if it had not arrived."""
        self._path.write_bytes(bytes(len(self._content)))
        self._is_late = True

    def is_late(self) -> bool:
        """Return whether the archive has not arrived."""
        return self._is_late

    def wait(self) -> Promised:
        """Return a promise of an empty string, or of the reason why the archive cannot arrive."""
        return Promised(self._promise)  # type: ignore[arg-type]

    def arrive(self) -> None:
        """Receive the archive."""
        self._path.write_bytes(self._content)
        self._is_late = False
        self._promise.settle("")

    def fail(self) -> None:
        """Learn that the archive cannot be downloaded."""
        self._promise.settle("no network")

    def source(self, module: str = "tea") -> str | None:
        """Read a module from the archive, as an import does."""
        return zipimport.zipimporter(str(self._path)).get_source(module)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    # `install` reads files from every archive in this dictionary.
    monkeypatch.setattr(zipimport, "_zip_directory_cache", {})
    archive = Archive(tmp_path / "library.zip")
    monkeypatch.setattr(late_library, "archive_file", archive)
    # `install` replaces these functions; after the test, pytest restores them.
    for name in ("_get_data", "_read_directory"):
        monkeypatch.setattr(zipimport, name, getattr(zipimport, name))
    monkeypatch.setattr(late_library, "KEPT", ("kept.py",))
    late_library.install()
    archive.vanish()
    return archive


def test_an_import_waits_for_the_archive(archive: Archive) -> None:
    def program(library: Library) -> tuple[str | None, list[str]]:
        events: list[str] = []
        library.start(lambda: events.append("another thread runs"))
        kernel.post(archive.arrive)
        return archive.source(), events

    assert run(program) == (SOURCE, ["another thread runs"])


def test_some_files_can_be_read_without_the_archive(archive: Archive) -> None:
    assert run(lambda _: archive.source("kept")) == SOURCE


def test_an_import_reports_why_the_archive_could_not_be_loaded(archive: Archive) -> None:
    def program(_: Library) -> None:
        kernel.post(archive.fail)
        with pytest.raises(ImportError, match=r"could not be loaded; .* no network"):
            archive.source()

    run(program)


# `can_suspend` is False if Pyodide's `can_run_sync` notices that JavaScript has called the code. If
# ctypes has called it, only the attempt to suspend it fails.
@pytest.mark.parametrize("attribute", ["can_suspend", "refuses_to_suspend"])
def test_code_that_javascript_calls_cannot_wait_for_the_archive(
    archive: Archive, attribute: str
) -> None:
    def program(_: Library) -> str | None:
        before = getattr(kernel, attribute)
        setattr(kernel, attribute, not before)
        with pytest.raises(ImportError, match="still being loaded, and code that JavaScript"):
            archive.source()
        setattr(kernel, attribute, before)
        kernel.post(archive.arrive)
        return archive.source()

    assert run(program) == SOURCE
