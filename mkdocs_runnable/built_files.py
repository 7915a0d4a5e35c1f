"""Checks that the files for the browser come from one complete build.

Files of two builds do not fit together, and a site that mixes them fails in the reader's browser.
Therefore runtime/bundle/build.ts writes a manifest when everything else has been written. It
contains the name and the SHA-256 hash of each file, and the hash of the program that draws
timelines:

.. code-block:: json

    {"files": {"widget.js": "<64 hexadecimal digits>"}, "prerender": "<64 hexadecimal digits>"}

hatch_build.py loads this module without the rest of the package, so it must not import
other modules of the package.
"""

import hashlib
import json
from pathlib import Path

MANIFEST = "manifest.json"


class MixedBuildError(Exception):
    """The files are not those of one complete build.

    The message is the reason, without a full stop, so that callers can put it into a sentence.
    """


def files_of_one_build(folder: Path, prerender: Path | None = None) -> list[str]:
    """Check the files of a built runtime, and return their names: paths within its folder.

    Only the files that the manifest names are checked; others in the folder are ignored.

    Args:
        folder: The folder of the runtime.
        prerender: The program that draws timelines, if it has to come from the same build.

    Raises:
        MixedBuildError: A file is missing, cannot be read, or comes from another build.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        hashes: dict[str, str] = dict(manifest["files"])
        hash_of_prerender = manifest["prerender"]
    except FileNotFoundError:
        raise MixedBuildError(f"{MANIFEST} is missing, so the build has not finished") from None
    except (OSError, ValueError, TypeError, KeyError):
        raise MixedBuildError(f"{MANIFEST} cannot be read") from None
    for name, expected in hashes.items():
        _check(folder / name, expected, name)
    if prerender is not None:
        _check(prerender, hash_of_prerender, prerender.name)
    return sorted(hashes)


def _check(path: Path, expected: str, name: str) -> None:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise MixedBuildError(f"{name} is missing") from None
    if actual != expected:
        raise MixedBuildError(f"{name} comes from another build than {MANIFEST}")
