"""The command line of the suite: ``python -m tests.suite`` and ``python -m tests.suite stress``."""

import argparse
import asyncio
import signal
import sys

from tests.suite import stress, whole


def main() -> int:
    """Run the suite or ``stress``. Return 1 if a test failed, and 2 if an argument is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.suite", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    under_stress = commands.add_parser("stress", help="repeat test files at three paces")
    stress.add_arguments(under_stress)
    arguments = parser.parse_args()
    # SIGTERM acts like Ctrl+C, so that the suite ends its jobs and their browsers before it exits.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.command == "stress":
        return asyncio.run(stress.main(arguments))
    return asyncio.run(whole.main())


if __name__ == "__main__":
    sys.exit(main())
