"""The command line: ``python -m tests.prose`` for all texts, or with the files to check."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.prose.check import check, texts
from tests.prose.phrases import PHRASES, load

REPOSITORY = Path(__file__).parents[2]


def main(names: Sequence[str], root: Path = REPOSITORY) -> int:
    """Print the place of each phrase that the house style excludes; return 1 if there are any."""
    phrases = load(PHRASES)
    paths = [Path(name).resolve() for name in names] or texts(root)
    findings = [(path, finding) for path in paths for finding in check(path, phrases)]
    for path, finding in findings:
        print(f"{path.relative_to(root)}:{finding.line}: {finding.message}")  # noqa: T201
    if findings:
        files = len({path for path, _ in findings})
        print(  # noqa: T201
            f"\nPlaces: {len(findings)}, in {files} files. The house style, and how to allow a "
            "phrase where it is the right one: docs/contributing/language.md"
        )
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
