"""The options of a run, as declared for TypeScript in runtime/protocol/run_options.ts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How to run a program.

    Attributes:
        trace: Report what the program's threads and tasks do; see `tracing`.
        clock_rate: How many times faster than real time the program's clocks go. 0 is virtual time;
            see `virtual_time`.
        paused: Pause the program at its beginning, so that the reader can step through it; see
            `stepping`.
    """

    trace: bool = False
    clock_rate: float = 1
    paused: bool = False

    @classmethod
    def from_page(cls, options: Mapping[str, Any]) -> Self:
        """Read the options that the page has sent, whose names are in camelCase."""
        return cls(**{_to_snake_case(name): value for name, value in options.items()})


# This function does not use `re`, whose cache an earlier program may have changed.
def _to_snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
