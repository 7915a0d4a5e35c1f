"""Error messages about missing modules give only advice that works in the browser."""

import ast
import re
import zipfile
from pathlib import Path

import pytest

from tests.browser_runtime.harness import advice
from tests.conftest import REPOSITORY

PYODIDE = REPOSITORY / "node_modules" / "pyodide"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, in which the runtime looks for installed libraries."""
    monkeypatch.setattr(advice, "PACKAGES", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("packages")
def test_a_library_that_can_be_declared_is_explained_with_its_declaration() -> None:
    assert advice.explain_missing("tzdata") == (
        "tzdata is available to programs that declare it with these lines at the top:\n"
        '# /// script\n# dependencies = ["tzdata"]\n# ///'
    )


@pytest.mark.parametrize("name", ["numpy", "micropip", "pip", "distutils"])
def test_the_advice_for_every_other_library_lists_what_programs_can_declare(name: str) -> None:
    assert advice.explain_missing(name) == (
        f"'{name}' is not installed here. Programs can use Python's standard library and, if they "
        "declare them, anyio, fastapi, flask, greenlet, httpx, pydantic, requests, starlette, "
        "tzdata, uvicorn and websockets."
    )


def test_a_declared_library_that_lacks_a_module_is_explained_without_a_declaration(
    packages: Path,
) -> None:
    (packages / "httpx").mkdir()
    explanation = advice.explain_missing("httpx")
    assert explanation is not None
    assert "at the top" not in explanation


@pytest.mark.parametrize("name", ["curses", "tkinter", "test", "_curses"])
def test_modules_of_the_standard_library_get_no_advice(name: str) -> None:
    # The page explains them in a note below the output.
    assert advice.explain_missing(name) is None


# Advice that readers cannot follow here, because this runtime offers none of Pyodide's packages.
_IMPOSSIBLE = re.compile(
    r"loadPackage|micropip|pip3? install|pyodide\.org|unvendored", re.IGNORECASE
)


def _strings(source: bytes) -> list[str]:
    """Return the strings of a module that a program may show, that is all except docstrings."""
    tree = ast.parse(source)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
    ]


def test_all_impossible_advice_in_the_standard_library_of_pyodide_is_known() -> None:
    """A new version of Pyodide may add advice, which then has to be replaced as well."""
    found: dict[str, int] = {}
    with zipfile.ZipFile(PYODIDE / "python_stdlib.zip") as library:
        modules = [name for name in library.namelist() if name.endswith(".py")]
        assert "zoneinfo/_common.py" in modules
        for name in modules:
            source = library.read(name)
            texts = _strings(source) if _IMPOSSIBLE.search(source.decode()) else []
            if count := sum(bool(_IMPOSSIBLE.search(text)) for text in texts):
                found[name] = count
    assert found == {
        # Replaced by `time_zones`.
        "zoneinfo/_common.py": 1,
        # Silenced by `advice.silence_pyodide`.
        "_pyodide/_importhook.py": 2,
    }


def test_all_impossible_advice_in_the_javascript_of_pyodide_is_known() -> None:
    script = (PYODIDE / "pyodide.asm.mjs").read_text(encoding="utf-8")
    found = [text for text in re.findall(r"Error\(`([^`]*)`", script) if _IMPOSSIBLE.search(text)]
    # In `loadPackage`, which runtime/worker/startup/boot.ts replaces.
    assert [re.sub(r"\$\{.*?\}", "…", text) for text in found] == [
        "'…' is not a valid package name or URL. loadPackage() takes an exact package name or a "
        "wheel URL, and micropip.install() handles requirement specifiers such as version "
        "constraints or extras."
    ]
