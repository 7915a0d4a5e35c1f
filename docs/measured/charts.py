"""Charts and tables of the measured page, drawn for light and dark pages alike.

Charts are SVG inside the page, not pictures: their text is text, in the colour of the page.
"""

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# matplotlib writes this colour for all text and lines; the page replaces it by its own.
INK = "#010203"
# Both keep a contrast of 3:1 and more on white and on the dark page.
WAITING, COMPUTING = "#2b83d6", "#c2711f"

STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "font.size": 11,
    "svg.fonttype": "none",
    "svg.hashsalt": "one job",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def bars(panels: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw one panel for each job: a bar for each model, its length in seconds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.2), layout="constrained")
        rows = figure.subplots(len(panels), 1)
        for axes, (job, seconds), colour in zip(
            rows, panels.items(), (WAITING, COMPUTING), strict=True
        ):
            drawn = axes.barh(list(seconds), list(seconds.values()), color=colour)
            axes.bar_label(drawn, fmt="%.2f s", padding=4)
            axes.invert_yaxis()
            axes.margins(x=0.2)
            axes.set_title(job)
        rows[-1].set_xlabel("seconds")
    return figure


def lines(x: Sequence[int], series: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """Draw one line for each model over the numbers in `x`; heights in seconds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3), layout="constrained")
        axes = figure.subplots()
        for (name, seconds), colour, marker in zip(
            series.items(), (WAITING, COMPUTING), "os", strict=True
        ):
            axes.plot(range(len(x)), seconds, color=colour, marker=marker, linewidth=2)
            axes.annotate(
                name, (len(x) - 1, seconds[-1]), (8, 0), textcoords="offset points", va="center"
            )
        axes.set_xticks(range(len(x)), [str(value) for value in x])
        axes.set_xlim(-0.2, len(x) - 0.1)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(xlabel)
        axes.set_ylabel("seconds")
    return figure


def svg(figure: Figure, description: str) -> str:
    """Return a figure as HTML, with a description for those who do not see it."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace(INK, "currentColor")
    drawing = re.sub(r"<(metadata|style).*?</\1>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"\s*\n\s*", " ", drawing)
    # Several charts share a page: ids that nothing refers to go.
    used = set(re.findall(r"#([\w-]+)", drawing))
    drawing = re.sub(r' id="([\w-]+)"', lambda m: m[0] if m[1] in used else "", drawing)
    drawing = re.sub(r'font: ([\d.]+)px [^;"]*', r"font-size: \1px; font-family: inherit", drawing)
    drawing = re.sub(
        r'<svg .*?viewBox="([^"]*)"[^>]*>',
        rf'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\1" role="img" '
        rf'aria-label="{escape(description)}" style="width:100%;max-width:34rem;height:auto">',
        drawing,
        count=1,
        flags=re.DOTALL,
    )
    return f'<figure style="margin:1em 0">{drawing}</figure>'


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text as an HTML table; the first cell of each row names it."""
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
    )
