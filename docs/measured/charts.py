"""Charts and tables of the measured pages, for the light and the dark theme.

Charts are inline SVG rather than images, so their text has the colour of the page.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# matplotlib uses this colour for all text and lines; `svg` replaces it by the page's text colour.
INK = "#010203"
# Both have a contrast of at least 3:1 in the light and in the dark theme.
WAITING, COMPUTING = "#2b83d6", "#c2711f"
# Height of a line of text, as a share of the height of a line chart.
LINE_OF_TEXT = 0.09

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
    """Draw one panel per job, with a bar per model; the lengths are seconds."""
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


def magnitudes(title: str, values: Mapping[str, float], unit: Callable[[float], str]) -> Figure:
    """Draw a bar for each value, on a logarithmic scale.

    Args:
        title: What the values are.
        values: Label of a bar → its value, a positive number.
        unit: Formats a value with its unit, for the bars and the axis.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 0.9 + 0.42 * len(values)), layout="constrained")
        axes = figure.subplots()
        drawn = axes.barh(list(values), list(values.values()), color=WAITING)
        axes.bar_label(drawn, [unit(value) for value in values.values()], padding=4)
        axes.invert_yaxis()
        axes.set_xscale("log")
        lowest, highest = min(values.values()), max(values.values())
        axes.set_xlim(
            10 ** floor(log10(lowest) - 0.3), highest * 10 ** (log10(highest / lowest) / 3)
        )
        powers = range(floor(log10(lowest) - 0.3), floor(log10(highest)) + 1, 2)
        axes.set_xticks([10.0**power for power in powers], [_tick(unit(10.0**p)) for p in powers])
        axes.minorticks_off()
        axes.set_title(title)
    return figure


def lines(
    x: Sequence[int], series: Mapping[str, Sequence[float]], xlabel: str, *, log: bool = False
) -> Figure:
    """Draw one line per model: seconds against the numbers in `x`.

    With `log`, the vertical axis is logarithmic.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3), layout="constrained")
        axes = figure.subplots()
        for seconds, colour, marker in zip(
            series.values(), (WAITING, COMPUTING), "os", strict=True
        ):
            axes.plot(range(len(x)), seconds, color=colour, marker=marker, linewidth=2)
        axes.set_xticks(range(len(x)), [_count(value) for value in x])
        axes.set_xlim(-0.2, len(x) - 0.1)
        axes.set_xlabel(xlabel)
        if log:
            axes.set_yscale("log")
            heights = [value for values in series.values() for value in values]
            powers = range(floor(log10(min(heights))), ceil(log10(max(heights))) + 1)
            axes.set_yticks(
                [10.0**power for power in powers], [_tick(duration(10.0**p)) for p in powers]
            )
            axes.minorticks_off()
        else:
            axes.set_ylim(bottom=0)
            axes.set_ylabel("seconds")
        _name_ends(axes, len(x) - 1, {name: values[-1] for name, values in series.items()})
    return figure


def _name_ends(axes: Axes, x: float, ends: Mapping[str, float]) -> None:
    """Label both lines at their right ends, further apart if the labels would overlap."""
    below, above = sorted(ends.items(), key=lambda end: end[1])
    heights = axes.transAxes.inverted().transform(
        axes.transData.transform([(x, below[1]), (x, above[1])])
    )
    close = heights[1][1] - heights[0][1] < LINE_OF_TEXT
    for (name, y), va in ((below, "top"), (above, "bottom")):
        align = va if close else "center"
        axes.annotate(name, (x, y), (8, 0), textcoords="offset points", va=align)


def _count(value: int) -> str:
    """Format a number briefly for an axis: 1,024, 10k, 1M."""
    if value >= 10**6 and value % 10**6 == 0:
        return f"{value // 10**6}M"
    return f"{value // 1000}k" if value >= 10**4 and value % 1000 == 0 else f"{value:,}"


def duration(seconds: float) -> str:
    """Format a time with two significant digits: 25 µs, 1.3 ms, 0.41 s."""
    if seconds < 0.9995e-3:
        return f"{_two_digits(seconds * 1e6)} µs"
    if seconds < 0.0995:
        return f"{_two_digits(seconds * 1e3)} ms"
    return f"{_two_digits(seconds)} s"


def memory(size: float) -> str:
    """Format a number of bytes with two significant digits: 360 B, 1.3 kB, 8.1 MB."""
    if size < 999.5:
        return f"{size:.0f} B"
    if size < 0.9995e6:
        return f"{_two_digits(size / 1e3)} kB"
    return f"{_two_digits(size / 1e6)} MB"


def _two_digits(value: float) -> str:
    return f"{value:,.{max(0, 1 - floor(log10(value)))}f}" if value > 0 else "0"


def _tick(text: str) -> str:
    """Drop trailing zeros after a decimal point: 1.0 ms → 1 ms, 0.10 s → 0.1 s."""
    return re.sub(r"\.?0+ ", " ", text) if "." in text else text


def svg(figure: Figure, description: str) -> str:
    """Return a figure as HTML, with a description for readers who cannot see it."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace(INK, "currentColor")
    drawing = re.sub(r"<(metadata|style).*?</\1>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"\s*\n\s*", " ", drawing)
    # A page can have several charts, so remove the ids that nothing refers to.
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
