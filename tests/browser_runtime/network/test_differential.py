"""Programs that print the same on CPython's own sockets and on those of the page.

Each program prints in a fixed order, whichever of its threads runs first.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser_runtime.network.programs import run

_FOLDER = Path(__file__).parents[2] / "cases" / "network"
PROGRAMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.py"))}

# Some of the programs leave sockets open, which is reported when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

_RUN_ALL = """
import builtins, gc, json, sys
outputs = {}
for name, source in json.load(sys.stdin).items():
    lines = []
    namespace = {"__name__": "__main__", "__builtins__": {**vars(builtins)}}
    namespace["__builtins__"]["print"] = lambda *values: lines.append(" ".join(map(str, values)))
    exec(compile(source, "program.py", "exec"), namespace)
    namespace.clear()
    gc.collect()
    outputs[name] = lines
json.dump(outputs, sys.stdout)
"""


@pytest.fixture(scope="module")
def native() -> dict[str, list[str]]:
    """What the programs print on the sockets of the operating system."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN_ALL],
        input=json.dumps(PROGRAMS),
        capture_output=True,
        text=True,
        timeout=180,  # On a busy machine; it takes a few seconds otherwise.
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outputs: dict[str, list[str]] = json.loads(done.stdout)
    return outputs


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_it_prints_on_the_operating_system(
    name: str, native: dict[str, list[str]]
) -> None:
    assert native[name]
    assert run(lambda library: library.execute(PROGRAMS[name])) == native[name]
