"""Tests what the page about the GIL says about the option that switches the GIL on and off."""

import os
import subprocess
import sys
import sysconfig

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs/explanation/gil-and-free-threading.md"
ERROR = "Disabling the GIL is not supported by this build"
ASK = "import sys; print(sys._is_gil_enabled())"


def run(*options: str, gil: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python, which prints whether the GIL is enabled. `gil` is the value of `PYTHON_GIL`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    if gil is not None:
        environment["PYTHON_GIL"] = gil
    command = [sys.executable, *options, "-c", ASK]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


FREE_THREADED = sysconfig.get_config_var("Py_GIL_DISABLED") == 1
since_3_13 = pytest.mark.skipif(sys.version_info < (3, 13), reason="the option is new in 3.13")


@since_3_13
def test_the_gil_can_be_switched_on() -> None:
    assert run("-X", "gil=1").stdout == "True\n"
    assert run(gil="1").stdout == "True\n"


@since_3_13
@pytest.mark.skipif(FREE_THREADED, reason="this build can run without the GIL")
def test_the_default_build_refuses_to_switch_the_gil_off() -> None:
    assert f"`{ERROR}`" in PAGE.read_text()
    assert ERROR in run("-X", "gil=0").stderr
    assert ERROR in run(gil="0").stderr


@since_3_13
@pytest.mark.skipif(not FREE_THREADED, reason="this build cannot run without the GIL")
def test_the_option_gil_overrides_the_environment_variable() -> None:
    assert run("-X", "gil=0", gil="1").stdout == "False\n"
    assert run("-X", "gil=1", gil="0").stdout == "True\n"
