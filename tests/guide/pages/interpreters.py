"""Runs programs in other versions of Python, to test what pages say about these versions."""

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

# The Python that runs the tests, and the other versions about which pages make statements.
INTERPRETERS = [sys.executable, "python3.11", "python3.12", "python3.14", "python3.15"]


def ask(interpreter: str, program: str, question: object = None) -> Any:
    """Run a program that reads a question and prints an answer, both as JSON; return the answer.

    The test is skipped if the interpreter is not installed.
    """
    path = shutil.which(interpreter)
    if path is None:
        pytest.skip(f"there is no {interpreter} here")
    done = subprocess.run(
        [path, "-c", program],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=60,
    )
    # The tool pyenv has a command for each version, even if this version is not selected here.
    if path != sys.executable and "command not found" in done.stderr:
        pytest.skip(f"{interpreter} is not installed here")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
