"""The command line of the suite: ``python -m tests.suite`` and ``python -m tests.suite stress``."""

import argparse
import asyncio
import signal
import sys

from tests.suite import stress, whole


def main() -> int:
    """Run what the arguments ask for; return 1 when a test failed, and 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m tests.suite", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    under_stress = commands.add_parser("stress", help="repeat test files at three paces")
    stress.add_arguments(under_stress)
    arguments = parser.parse_args()
    # Whatever ends the suite, its jobs and their browsers are ended with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.command == "stress":
        return asyncio.run(stress.main(arguments))
    return asyncio.run(whole.main())


if __name__ == "__main__":
    sys.exit(main())
