"""The tracer on this interpreter: true reasons, lines, order; and nothing of it shows."""

from pathlib import Path

import pytest

from tests.tracer.timelines import CASES, expected, trace


@pytest.mark.parametrize("path", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_each_wait_has_its_true_reason_and_line(path: Path, tmp_path: Path) -> None:
    traced = trace(path, tmp_path)
    assert traced.execution.status == 0, traced.execution.text("stderr")
    assert traced.waits() == expected(path.read_text(encoding="utf-8"))
