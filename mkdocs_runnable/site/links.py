"""Checks the links from the built site to other sites.

This needs a network, so it is a command of its own and not part of the tests.
"""

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
# Some servers give these answers to programs even if readers can see the page.
_UNSURE = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True)
class Link:
    """The result of checking one address.

    Attributes:
        address: The address, without anchor.
        pages: The pages that link to it.
        outcome: ``alive`` if the server returned the page, and ``unsure`` if it gave an answer that
            it may give only to programs. ``dead`` for any other answer, and for none.
        detail: Why the outcome is not ``alive``.
    """

    address: str
    pages: tuple[str, ...]
    outcome: Literal["alive", "unsure", "dead"]
    detail: str = ""


def external_links(site: Path) -> dict[str, list[str]]:
    """Return each address of another site with the pages that link to it.

    Raises:
        RunnableError: The site has not been built.
    """
    pages = read_site(site)
    if not pages:
        raise RunnableError(f"there is no built site in {site}. Run `mkdocs build` first.")
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
    """Request each external address once, and yield the results, sorted by address.

    Args:
        site: The folder of the built site.
        timeout: How long to wait for each answer, in seconds.
        workers: Number of requests that can be in progress at the same time.
    """
    found = sorted(external_links(site).items())
    with ThreadPoolExecutor(workers) as pool:
        answers = pool.map(lambda item: _request(item[0], timeout), found)
        for (address, pages), (outcome, detail) in zip(found, answers, strict=True):
            yield Link(address, tuple(pages), outcome, detail)


def _request(address: str, timeout: float) -> tuple[Literal["alive", "unsure", "dead"], str]:
    try:
        # The method is GET, because many servers answer HEAD with an error.
        request = urllib.request.Request(address, headers={"User-Agent": _AGENT})  # noqa: S310
        with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 - http(s) only
            return "alive", ""
    except urllib.error.HTTPError as error:
        error.close()
        return ("unsure" if error.code in _UNSURE else "dead"), f"{error.code} {error.reason}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return "dead", str(reason) or type(error).__name__
