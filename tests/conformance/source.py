"""Gets CPython's test suite, which no package index offers, from Debian or from a folder.

No part of the suite belongs to this repository. Debian has a package with the suite of each of its
versions of Python, and its newest release has the version that runs in browsers here. `apt-get`
downloads the packages into a folder of its own. Its settings on this machine say where Debian's
archive is. Nothing is installed.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The environment variable with the path of the folder `Lib` of CPython's source code, or of another
# folder that contains the package `test`.
VARIABLE = "CPYTHON_TESTS"
# Debian's name for the release that has the newest version of everything.
_RELEASE = "sid"
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class SourceError(Exception):
    """The tests are not available; the text says what to do."""


@dataclass(frozen=True)
class Source:
    """A test suite.

    Attributes:
        folder: The folder of the package ``test``.
        version: Where it comes from, for example ``Debian's 3.14.10-1``.
    """

    folder: Path
    version: str


def find(cache: Path, minor: str) -> Source:
    """Return the test suite for a version of Python, and download it if necessary.

    Args:
        cache: A folder for downloaded files.
        minor: The version, such as ``3.14``.

    Raises:
        SourceError: There is no test suite on this machine, and none can be downloaded.
    """
    if named := os.environ.get(VARIABLE):
        folder = Path(named) / "test"
        if not (folder / "test_socket.py").is_file():
            raise SourceError(f"{VARIABLE} names {named}, which contains no test/test_socket.py.")
        return Source(folder, named)
    known = sorted(cache.glob(f"{minor}.*/test/test_socket.py"))
    if not known:
        _download(cache, minor)
        known = sorted(cache.glob(f"{minor}.*/test/test_socket.py"))
    folder = known[-1].parent
    return Source(folder, f"Debian's {folder.parent.name}")


def _download(cache: Path, minor: str) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise SourceError(
            "CPython's tests can only be downloaded where there are apt-get and dpkg-deb. Set "
            f"{VARIABLE} to the folder Lib of CPython's source code, version {minor}."
        )
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name)
        options = _apt_options(folder)
        _run("apt-get", *options, "update", cwd=folder)
        # The Python package `test.support` is in the second of these Debian packages.
        packages = [f"libpython{minor}-testsuite", f"libpython{minor}-stdlib"]
        _run("apt-get", *options, "download", *packages, cwd=folder)
        for archive in sorted(folder.glob("*.deb")):
            _run("dpkg-deb", "--extract", str(archive), str(folder / "root"), cwd=folder)
        version = next(folder.glob("*-testsuite_*.deb")).name.split("_")[1]
        target = cache / version
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        (folder / "root/usr/lib" / f"python{minor}" / "test").rename(target / "test")


def _apt_options(folder: Path) -> list[str]:
    """Return options that let `apt-get` use subfolders of this folder, and `_RELEASE` of Debian."""
    listed = _run("apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", cwd=folder)
    found = re.search(r"^Debian (\S+)$", listed, re.MULTILINE)
    if not found:
        raise SourceError(
            "apt-get on this machine does not know Debian's archive, which has CPython's tests. "
            f"Set {VARIABLE} to the folder Lib of CPython's source code."
        )
    keys = f"[signed-by={_KEYS}] " if _KEYS.exists() else ""
    (folder / "sources.list").write_text(
        f"deb {keys}{found[1]} {_RELEASE} main\n", encoding="utf-8"
    )
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": folder / "state",
        "Dir::Cache": folder / "cache",
        # The user `_apt` cannot write to these folders.
        "APT::Sandbox::User": "root",
    }
    return ["-qq", *(f"-o{name}={value}" for name, value in settings.items())]


def _run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SourceError(
            f"{' '.join(command[:1])} failed, so CPython's tests are missing: "
            f"{done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout
