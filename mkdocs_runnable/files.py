"""Writes files so that no other process can read an incomplete one."""

import tempfile
from pathlib import Path

# The ending of files that are being written. A process that is killed leaves such a file behind.
UNFINISHED = ".tmp"


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step, so that no other process can read an incomplete file."""
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=".", suffix=UNFINISHED, delete=False
    ) as file:
        temporary = Path(file.name)
    try:
        temporary.write_text(text, encoding="utf-8", newline="")  # newlines stay as they are
        temporary.chmod(0o644)  # only the owner can read a new temporary file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
