"""Saves the results of checks, and combines them into ``/verification.json``.

Each runner (one interpreter or browser) writes one file, ``<stem>.json``, into the folder that the
option ``verification`` names. The stem is one of :data:`EXPECTED` (``cpython-3.13``, ``chromium``,
…), or the name of another interpreter with its version, such as ``cpython-3.15``:

.. code-block:: json

    {
      "runner": {
        "interpreter": "CPython", "version": "3.14.2", "platform": "emscripten-wasm32",
        "engine": "Chromium 156, Pyodide 314.0.7"
      },
      "results": {
        "tea/brewing": {
          "sha256": "<of the file that was run>", "outcome": "passed", "detail": "",
          "when": "2026-11-20T12:00:00+00:00", "commit": "<40 digits, or null>"
        }
      }
    }

``outcome`` is ``passed``, ``failed`` or ``skipped``; in the last two cases, ``detail`` says why. If
a snippet passed because its difference from the recording is known, ``detail`` gives the reason for
the difference. ``engine`` is null for an ordinary interpreter.

``/verification.json`` has one entry for each snippet. A result is only valid for the exact bytes
that were run. For each runner without a valid result, ``not_run`` gives the reason.

.. code-block:: json

    {
      "snippets": {
        "tea/brewing": {
          "sha256": "…",
          "runs": [{"runner": "Chromium", "interpreter": "CPython", "version": "3.14.2",
                    "platform": "…", "engine": "…", "outcome": "passed", "detail": "",
                    "when": "…", "commit": "…"}],
          "not_run": [{"runner": "CPython 3.12",
                       "reason": "No result for this version of the file."}]
        }
      }
    }
"""

import datetime
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.files import write_atomically
from mkdocs_runnable.recording.check import Result
from mkdocs_runnable.recording.execute import interpreter
from mkdocs_runnable.snippets.snippet import Library, Snippet

# Stem of the results file → name of the runner. Each snippet has an entry for all these runners.
EXPECTED: Mapping[str, str] = {
    "cpython-3.12": "CPython 3.12",
    "cpython-3.13": "CPython 3.13",
    "cpython-3.14": "CPython 3.14",
    "cpython-3.14t": "CPython 3.14t",
    "chromium": "Chromium",
    "firefox": "Firefox",
}
_BROWSERS = ("chromium", "firefox")
_RUN_FIELDS = ("outcome", "detail", "when", "commit")
_RUNNER_FIELDS = ("interpreter", "version", "platform", "engine")


@dataclass(frozen=True)
class Runner:
    """An interpreter or a browser that snippets were run on.

    Attributes:
        stem: Name of the file with its results, without ``.json``.
        interpreter: Name of the interpreter, such as ``CPython``.
        version: Version of the interpreter.
        platform: Operating system and processor.
        engine: Name and version of the browser; None for an ordinary interpreter.
    """

    stem: str
    interpreter: str
    version: str
    platform: str
    engine: str | None = None

    @classmethod
    def here(cls) -> "Runner":
        """Return the interpreter that runs this function."""
        return cls(
            stem=interpreter().lower().replace(" ", "-"),
            interpreter=platform.python_implementation(),
            version=platform.python_version(),
            platform=f"{platform.system()} {platform.machine()}",
        )


def write_results(
    folder: Path,
    results: Iterable[tuple[Snippet, Result]],
    root: Path,
    runner: Runner | None = None,
) -> Path:
    """Write the results of one runner to a file.

    Args:
        folder: The folder for the results; see the option ``verification``.
        results: Each snippet, with the result of its check.
        root: A folder in the git repository, whose current commit is saved with the results.
        runner: The runner; default: this interpreter.

    Returns:
        The path of the file.
    """
    runner = runner or Runner.here()
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    commit = current_commit(root)
    data = {
        "runner": {field: getattr(runner, field) for field in _RUNNER_FIELDS},
        "results": {
            snippet.name: {
                "sha256": snippet.sha256,
                "outcome": result.outcome,
                "detail": result.detail,
                "when": when,
                "commit": commit,
            }
            for snippet, result in results
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{runner.stem}.json"
    write_atomically(path, json.dumps(data, indent=1) + "\n")
    return path


def current_commit(root: Path) -> str | None:
    """Return the hash of the commit that is checked out, or None outside of a git repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - git can be anywhere in the PATH
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.strip() or None


def assemble(library: Library, folder: Path) -> dict[str, Any]:
    """Return the content of ``/verification.json``.

    Args:
        library: All snippets.
        folder: The folder with the results of all runners.

    Raises:
        RunnableError: A snippet cannot be used, or a file of results is damaged.
    """
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    return {"snippets": {each.name: _entry(each, files) for each in library.load_all()}}


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data["runner"], dict) and isinstance(data["results"], dict):
            return dict(data)
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise RunnableError(
        f"{path}: not a valid results file. Delete it, and check the snippets again."
    )


def _entry(snippet: Snippet, files: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    runs, not_run = [], []
    for stem in (*EXPECTED, *(stem for stem in files if stem not in EXPECTED)):
        name = EXPECTED.get(stem, stem)
        file = files.get(stem, {"runner": {}, "results": {}})
        result = file["results"].get(snippet.name)
        is_current = result is not None and result.get("sha256") == snippet.sha256
        if is_current and result["outcome"] != "skipped":
            runner = {field: file["runner"].get(field) for field in _RUNNER_FIELDS}
            run = {field: result.get(field) for field in _RUN_FIELDS}
            runs.append({"runner": name, **runner, **run})
        else:
            skipped = result.get("detail") if is_current else None
            not_run.append({"runner": name, "reason": skipped or _reason(snippet, stem)})
    return {"sha256": snippet.sha256, "runs": runs, "not_run": not_run}


def _reason(snippet: Snippet, stem: str) -> str:
    header = snippet.header
    if stem in _BROWSERS and header.native:
        return f"Does not run in the browser: {header.native}"
    version = stem.removeprefix("cpython-").removesuffix("t")
    # A very high patch release represents the latest one of its series.
    if stem.startswith("cpython-") and not header.runs_on(f"{version}.99"):
        return f"Requires Python {header.requires_python}."
    return "No result for this version of the file."
