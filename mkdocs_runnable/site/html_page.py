"""Reads the links, the assets and the anchors of built pages, so that a site can be checked."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Kinds of <link> that make the browser load a file for this page. Other kinds, such as canonical
# and next, refer to an address, and the page is complete without what is there.
_LOADING = {"icon", "manifest", "modulepreload", "preload", "stylesheet"}
_TAGS_WITH_SRC = {"audio", "embed", "iframe", "img", "input", "script", "source", "track", "video"}


@dataclass
class HtmlPage:
    """A built page.

    Attributes:
        path: The file.
        links: Addresses of all ``<a href>`` and ``<area href>``, in the order of the page.
        assets: Tag and address of everything that the browser loads together with the page.
        anchors: Values of all ``id`` and ``name`` attributes.
    """

    path: Path
    links: list[str] = field(default_factory=list)
    assets: list[tuple[str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self, page: HtmlPage) -> None:
        super().__init__()
        self._page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._page.anchors |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        href = attributes.get("href", "")
        if tag in ("a", "area") and "href" in attributes:
            self._page.links.append(href)
        elif tag == "link" and _LOADING & set(attributes.get("rel", "").lower().split()):
            self._load(tag, href)
        if tag in ("image", "use"):  # SVG
            self._load(tag, href or attributes.get("xlink:href", ""))
        if tag in _TAGS_WITH_SRC:
            self._load(tag, attributes.get("src", ""))
            self._load(tag, attributes.get("poster", ""))
            for candidate in attributes.get("srcset", "").split(","):
                self._load(tag, candidate.strip().partition(" ")[0])
        if tag == "object":
            self._load(tag, attributes.get("data", ""))

    def _load(self, tag: str, address: str) -> None:
        if address and not address.startswith(("data:", "#")):
            self._page.assets.append((tag, address))


def read_page(path: Path) -> HtmlPage:
    """Read a built page."""
    page = HtmlPage(path)
    reader = _Reader(page)
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return page


def read_site(site: Path) -> list[HtmlPage]:
    """Read all pages of a built site, in the order of their paths."""
    return [read_page(path) for path in sorted(site.rglob("*.html"))]


def is_external(address: str) -> bool:
    """Whether an address contains a host or a scheme, unlike the site's links to its own files."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def target(site: Path, page: Path, address: str) -> tuple[Path, str]:
    """Resolve a relative address in the same way as a static host.

    Args:
        site: The folder of the built site.
        page: The page that contains the address.
        address: The address.

    Returns:
        The file, and the anchor within it (or an empty text).
    """
    parts = urlsplit(address)
    path = unquote(parts.path)
    if not path:
        file = page
    else:
        start = site if path.startswith("/") else page.parent
        file = Path(start, path.lstrip("/")).resolve()
        if path.endswith("/") or file.is_dir():
            file /= "index.html"
    return file, unquote(parts.fragment)
