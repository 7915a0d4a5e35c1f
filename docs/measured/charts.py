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
from measuring import Spread

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


def bars(panels: Mapping[str, Mapping[str, Spread]]) -> Figure:
    """Draw one panel per job, with a bar per model; the lengths are seconds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.2), layout="constrained")
        rows = figure.subplots(len(panels), 1)
        for axes, (job, seconds), colour in zip(
            rows, panels.items(), (WAITING, COMPUTING), strict=True
        ):
            _draw_bars(axes, seconds, lambda value: f"{value:.2f} s", colour)
            axes.margins(x=0.2)
            axes.set_title(job)
        rows[-1].set_xlabel("seconds")
    return figure


def _draw_bars(
    axes: Axes, values: Mapping[str, Spread], unit: Callable[[float], str], colour: str
) -> None:
    """Draw a bar up to each median, and a thin line from the lowest to the highest value."""
    drawn = axes.barh(
        list(values), [each.median for each in values.values()], color=colour, height=0.7
    )
    for place, each in enumerate(values.values()):
        axes.plot([each.low, each.high], [place, place], color=INK, linewidth=1.2)
    labels = [unit(each.median) for each in values.values()]
    # Beside the line, which may be longer than the bar.
    for bar, each, label in zip(drawn, values.values(), labels, strict=True):
        axes.annotate(
            label,
            (max(each.median, each.high), bar.get_y() + bar.get_height() / 2),
            (4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.invert_yaxis()


def magnitudes(title: str, values: Mapping[str, Spread], unit: Callable[[float], str]) -> Figure:
    """Draw a bar for each value, on a logarithmic scale.

    Args:
        title: What the values are.
        values: Label of a bar → its values, which are positive numbers.
        unit: Formats a value with its unit, for the bars and the axis.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 0.9 + 0.42 * len(values)), layout="constrained")
        axes = figure.subplots()
        axes.set_xscale("log")
        _draw_bars(axes, values, unit, WAITING)
        lowest = min(each.low for each in values.values())
        highest = max(each.high for each in values.values())
        axes.set_xlim(
            10 ** floor(log10(lowest) - 0.3), highest * 10 ** (log10(highest / lowest) / 3)
        )
        powers = range(floor(log10(lowest) - 0.3), floor(log10(highest)) + 1, 2)
        axes.set_xticks([10.0**power for power in powers], [_tick(unit(10.0**p)) for p in powers])
        axes.minorticks_off()
        # Above the labels of the bars, too, because there is not enough space beside them.
        figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize="large")
    return figure


def lines(
    x: Sequence[int], series: Mapping[str, Sequence[Spread]], xlabel: str, *, log: bool = False
) -> Figure:
    """Draw one line per model: seconds against the numbers in `x`.

    The line connects the medians, and a shaded area reaches from the lowest to the highest value.
    With `log`, the vertical axis is logarithmic.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3), layout="constrained")
        axes = figure.subplots()
        for seconds, colour, marker in zip(
            series.values(), (WAITING, COMPUTING), "os", strict=True
        ):
            medians = [each.median for each in seconds]
            low, high = [each.low for each in seconds], [each.high for each in seconds]
            axes.fill_between(range(len(x)), low, high, color=colour, alpha=0.25, linewidth=0)
            axes.plot(range(len(x)), medians, color=colour, marker=marker, linewidth=2)
        axes.set_xticks(range(len(x)), [_count(value) for value in x])
        axes.set_xlim(-0.2, len(x) - 0.1)
        axes.set_xlabel(xlabel)
        if log:
            axes.set_yscale("log")
            heights = [value for values in series.values() for each in values for value in each]
            powers = range(floor(log10(min(heights))), ceil(log10(max(heights))) + 1)
            axes.set_yticks(
                [10.0**power for power in powers], [_tick(duration(10.0**p)) for p in powers]
            )
            axes.minorticks_off()
        else:
            axes.set_ylim(bottom=0)
            axes.set_ylabel("seconds")
        _name_ends(axes, len(x) - 1, {name: values[-1].median for name, values in series.items()})
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


def durations(times: Spread) -> str:
    """Format the shortest and the longest time: 0.40 s to 0.44 s."""
    return _range(times, duration)


def memories(sizes: Spread) -> str:
    """Format the smallest and the largest number of bytes: 8.1 MB to 8.3 MB."""
    return _range(sizes, memory)


def _range(values: Spread, unit: Callable[[float], str]) -> str:
    low, high = unit(values.low), unit(values.high)
    return low if low == high else f"{low} to {high}"


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
    """Return a figure as HTML, with a description for readers who cannot see it.

    Each element is a line of its own, so that a new recording changes only some of the lines.
    """
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace(INK, "currentColor")
    drawing = re.sub(r"<(metadata|style).*?</\1>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"\s*\n\s*", " ", drawing)
    drawing = re.sub(r"<[^>]+>", lambda tag: _shorter(tag[0]), drawing)
    # A page can have several charts, so remove the ids that nothing refers to.
    used = set(re.findall(r"#([\w-]+)", drawing))
    drawing = re.sub(r' id="([\w.-]+)"', lambda m: m[0] if m[1] in used else "", drawing)
    drawing = re.sub(
        r'<svg .*?viewBox="([^"]*)"[^>]*>',
        rf'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\1" role="img" '
        rf'aria-label="{escape(description)}" style="width:100%;height:auto">',
        drawing,
        count=1,
        flags=re.DOTALL,
    )
    drawing = re.sub(r"<defs>\s*</defs>|> (?=<)", lambda found: ">" * (found[0] == "> "), drawing)
    while (shorter := re.sub(r"<g[^>]*></g>", "", drawing)) != drawing:
        drawing = shorter
    # Elements that belong together stay on one line.
    drawing = re.sub(r"(?<=>)(?=<(?:path|text|use|clipPath|/svg))", "\n", drawing)
    return f'<figure style="margin:1em 0;width:100%;max-width:24rem">{drawing}</figure>'


def _shorter(tag: str) -> str:
    """Remove from a tag of SVG what makes no difference: fonts, zeros and most decimals."""
    # Text has the font of the page.
    tag = re.sub(r'font: ([\d.]+)px [^;"]*', r"font-size: \1px", tag)
    tag = re.sub(r' ?font-family: [^;"]*;?| transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), tag)
    return re.sub(r' "|" (?=/?>)', '"', tag)


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text as an HTML table; the first cell of each row names it."""
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'\n<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{cells}</tr></thead>\n<tbody>{body}\n</tbody></table>\n"
    )
