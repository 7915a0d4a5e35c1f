"""Checks the links of the built site to other sites; they need a network, so tests do not."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.site.html_page import read_site

_AGENT = "Mozilla/5.0 (compatible; link check of a documentation site)"
# Answers to programs that say nothing of what a reader would see.
_UNSURE = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True)
class Link:
    """One address, where it stands, and what came of asking for it."""

    address: str
    pages: tuple[str, ...]
    outcome: Literal["alive", "unsure", "dead"]
    detail: str = ""


def external_links(site: Path) -> dict[str, list[str]]:
    """Return each address of another site with the pages that link to it.

    Raises:
        RunnableError: There is no built site.
    """
    pages = read_site(site)
    if not pages:
        raise RunnableError(f"there is no built site in {site}. Run `make build` first.")
    found: dict[str, list[str]] = {}
    for page in pages:
        for link in page.links:
            address, _ = urldefrag(link)
            if urlsplit(address).scheme in ("http", "https"):
                name = page.path.relative_to(site).as_posix()
                if name not in found.setdefault(address, []):
                    found[address].append(name)
    return found


def check_links(site: Path, timeout: float = 15, workers: int = 8) -> Iterator[Link]:
    """Ask for each external address once; yield the results in the order of the addresses.

    Args:
        site: The built site.
        timeout: Seconds for one address.
        workers: How many addresses are asked for at once.
    """
    found = sorted(external_links(site).items())
    with ThreadPoolExecutor(workers) as pool:
        answers = pool.map(lambda item: _ask(item[0], timeout), found)
        for (address, pages), (outcome, detail) in zip(found, answers, strict=True):
            yield Link(address, tuple(pages), outcome, detail)


def _ask(address: str, timeout: float) -> tuple[Literal["alive", "unsure", "dead"], str]:
    try:
        # Not HEAD: too many servers answer it with an error.
        request = urllib.request.Request(address, headers={"User-Agent": _AGENT})  # noqa: S310
        with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 - http(s) only
            return "alive", ""
    except urllib.error.HTTPError as error:
        error.close()
        return ("unsure" if error.code in _UNSURE else "dead"), f"{error.code} {error.reason}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return "dead", str(reason) or type(error).__name__
