"""Creates a new snippet with a small program, and records it."""

import re
from urllib.parse import quote

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.record import record
from mkdocs_runnable.snippets.snippet import Library, is_name

_STARTER = """\
import asyncio
import time


async def ask(station: str, seconds: float) -> None:
    print(f"{station}: asked")
    await asyncio.sleep(seconds)
    print(f"{station}: answered")


async def main() -> None:
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        group.create_task(ask("Oslo", 0.3))
        group.create_task(ask("Cairo", 0.2))
    print(f"both answers after {time.perf_counter() - start:.1f} s")


asyncio.run(main())
"""


# Windows allows fewer file names than Linux and macOS. It reserves the names of devices, also with
# an ending: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def create(library: Library, name: str) -> str:
    """Write a small program, and record it.

    Args:
        library: The library that the snippet is added to.
        name: Path of the new file in the library, with ``/`` and without ``.py``. Folders that do
            not exist are created.

    Returns:
        The Markdown that shows the snippet on a page.

    Raises:
        RunnableError: The name cannot be that of a snippet (for example, because it leads out of
            the library, or because some systems do not allow it), a snippet already has this name,
            or the file cannot be created or recorded.
    """
    if problem := _problem(name):
        raise RunnableError(
            f"{name!r} cannot be the name of a snippet: {problem}. Expected the path of the new "
            f"file in {library.root.name}/ without .py, such as first_steps/two_calls."
        )
    path = library.path(name)
    if path.exists():
        raise RunnableError(f"{library.where(path)} exists already. Choose another name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_STARTER, encoding="utf-8")
    except OSError as error:
        raise RunnableError(
            f"{library.where(path)}: the file cannot be created: {error.strerror}."
        ) from None
    for _ in record(library, [name]):
        pass
    where = library.where(path)
    text = re.sub(r"[\[\]]", r"\\\g<0>", where)
    return f"[{text}](../../{quote(where)}){{ .runnable }}"


def _problem(name: str) -> str | None:
    """Say why a snippet cannot have a name, or return None if it can."""
    parts = name.split("/")
    if not name:
        return "it is empty"
    if name.startswith("/") or ".." in parts:
        return "it leads out of the folder of the snippets"
    if name.endswith("/"):
        return "it ends in '/', so the name of the file is missing"
    if found := _FORBIDDEN.search(name):
        return f"not every system allows {found[0]!r} in the name of a file"
    if name.endswith(".py"):
        return "it ends in .py, which is added to it"
    for part in parts:
        if not part:
            return "it contains '//', so the name of a folder is missing"
        if not is_name(part):
            return f"{part!r} is a name of files and folders that are not published"
        if _DEVICE.fullmatch(part):
            return f"{part!r} is the name of a device on Windows"
    if folder := next((part for part in parts[:-1] if part[-1] in " ."), None):
        return f"Windows removes the last character of the folder {folder!r}"
    return None
