"""Tests that the tracer in Python and the timeline in TypeScript agree on reasons for waiting."""

import re
from pathlib import Path

from runnable_tracer.recorder import REASONS

TRACE_EVENTS = Path(__file__).parents[2] / "runtime" / "timeline" / "model" / "trace_events.ts"


def test_reasons_have_the_same_numbers_on_both_sides() -> None:
    source = TRACE_EVENTS.read_text(encoding="utf-8")
    listed = re.search(r"REASONS = \[(.*?)\] as const", source, re.DOTALL)
    assert listed
    # The number of a reason is its position. In Python, the position 0 stands for no reason.
    assert ("", *re.findall(r'^  "(.*)",$', listed[1], re.MULTILINE)) == REASONS
