"""Creates a new snippet."""

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.record import record
from mkdocs_runnable.snippets.snippet import Library, is_valid_name

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


def create(library: Library, name: str) -> str:
    """Write a small program, and record it.

    Returns:
        The Markdown that shows the snippet on a page.

    Raises:
        RunnableError: The name is not ``topic/name`` in snake_case, or a snippet already has it.
    """
    if not is_valid_name(name):
        raise RunnableError(
            f"{name!r} cannot be the name of a snippet. Expected topic/name in snake_case "
            "(a-z, 0-9 and _, starting with a letter), such as chess/one_opponent."
        )
    path = library.path(name)
    if path.exists():
        raise RunnableError(f"{library.where(path)} exists already. Choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_STARTER, encoding="utf-8")
    for _ in record(library, [name]):
        pass
    where = library.where(path)
    return f"[{where}](../../{where}){{ .runnable }}"
