"""`python -m explorer program.py`: explore the interleavings of a program."""

import argparse
import json
import sys
from pathlib import Path

from explorer import report


def main() -> int:
    """Explore the file on the command line and return 1 if an interleaving breaks it."""
    parser = argparse.ArgumentParser(prog="explorer", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--bound", type=int, default=2, help="maximum number of forced switches")
    parser.add_argument("--runs", type=int, default=2000, help="maximum number of schedules")
    parser.add_argument("--seed", type=int, help="run random schedules, from this seed")
    parser.add_argument(
        "--every-bytecode",
        action="store_true",
        help="switch threads between any two bytecodes, as they may without a GIL",
    )
    parser.add_argument(
        "--json", action="store_true", help="print everything that was found, as JSON"
    )
    options = parser.parse_args()
    source = options.file.read_text(encoding="utf-8")
    found = report.explore(
        source,
        options.file.name,
        bound=options.bound,
        runs=options.runs,
        seed=options.seed,
        every_bytecode=options.every_bytecode,
    )
    if options.json:
        json.dump(found, sys.stdout, indent=1)
        return int(bool(found["breaking"]))
    print(found["result"])  # noqa: T201 - a command-line tool
    for group in found["groups"]:
        print(f"\n{group['count']} times: {group['ending']}")  # noqa: T201
        for step in group["steps"]:
            print(f"  {step['text']}")  # noqa: T201
        if more := group["stepCount"] - len(group["steps"]):
            print(f"  … and {more:,} more step{'' if more == 1 else 's'}")  # noqa: T201
    return int(bool(found["breaking"]))


if __name__ == "__main__":
    sys.exit(main())
