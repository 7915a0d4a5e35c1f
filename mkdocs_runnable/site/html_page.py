"""What a built page links to, loads and offers as anchors; enough of HTML to check a site."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Of <link>, those that make the browser load something; others only name an address.
_LOADING = {"icon", "manifest", "modulepreload", "preload", "stylesheet"}
_SOURCES = {"audio", "embed", "iframe", "img", "input", "script", "source", "track", "video"}


@dataclass
class HtmlPage:
    """One built page.

    Attributes:
        path: The file.
        links: Addresses of ``<a href>``, in order.
        assets: Addresses the browser loads by itself, by the tag that names them.
        anchors: Values of ``id`` and ``name``.
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
        if tag in _SOURCES:
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
    """Read one built page."""
    page = HtmlPage(path)
    reader = _Reader(page)
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return page


def read_site(site: Path) -> list[HtmlPage]:
    """Read all pages of a built site, sorted by path."""
    return [read_page(path) for path in sorted(site.rglob("*.html"))]


def is_external(address: str) -> bool:
    """Whether an address leads to another host (or another protocol)."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def target(site: Path, page: Path, address: str) -> tuple[Path, str]:
    """Return the file that a relative address means, as a static host finds it, and its anchor."""
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
