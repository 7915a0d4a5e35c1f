"""Tests that Python and TypeScript agree on the format of a trace."""

import re
from pathlib import Path

from runnable_tracer.recorder import REASONS

ROWS = Path(__file__).parents[2] / "runtime" / "timeline" / "model" / "trace_events.ts"


def test_reasons_have_the_same_numbers_on_both_sides() -> None:
    listed = re.search(r"REASONS = \[(.*?)\] as const", ROWS.read_text(encoding="utf-8"), re.DOTALL)
    assert listed
    assert ("", *re.findall(r'^  "(.*)",$', listed[1], re.MULTILINE)) == REASONS
