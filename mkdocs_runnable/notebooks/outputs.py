"""Converts the outputs of notebook cells to Markdown, for text editions."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from mkdocs_runnable.errors import RunnableError


def to_markdown(output: Mapping[str, Any]) -> str:
    """Return one output of a cell as Markdown; empty if it is an image, an error or empty itself.

    Args:
        output: The output, in the form of the notebook's JSON.

    Raises:
        RunnableError: The output is HTML that is not well-formed, or that contains something other
            than tables and pictures with descriptions.
    """
    data = output.get("data", {})
    if "text/markdown" in data:
        return "".join(data["text/markdown"]).strip()
    if "text/html" in data:
        return _of_html("".join(data["text/html"]))
    if any(kind.startswith("image/") for kind in data):
        return ""
    text = "".join(output.get("text") or data.get("text/plain", "")).rstrip()
    return fenced(text, "text") if text else ""


def fenced(text: str, language: str) -> str:
    """Return a fenced code block."""
    mark = "````" if "```" in text else "```"
    return f"{mark}{language}\n{text.rstrip()}\n{mark}"


def _of_html(html: str) -> str:
    try:
        root = ElementTree.fromstring(f"<div>{html}</div>")  # noqa: S314 - the output of our own notebook
    except ElementTree.ParseError as error:
        raise RunnableError(f"a cell shows HTML that cannot be read: {error}.") from None
    return "\n\n".join(
        _of_table(part) if part.tag == "table" else _of_picture(part) for part in root
    )


def _of_picture(part: ElementTree.Element) -> str:
    described = [text for each in part.iter() if (text := each.get("aria-label"))]
    if not described:
        raise RunnableError(f"a cell shows a <{part.tag}> without a description (aria-label).")
    return "\n\n".join(f"[Picture: {text}]" for text in described)


def _of_table(table: ElementTree.Element) -> str:
    rows = [
        [" ".join("".join(cell.itertext()).split()).replace("|", "\\|") for cell in row]
        for row in table.iter("tr")
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines[1:1] = [f"|{'|'.join('---' for _ in rows[0])}|"]
    caption = "".join(table.findtext("caption", ""))
    return "\n\n".join(part for part in (caption, "\n".join(lines)) if part)
