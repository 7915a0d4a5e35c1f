"""Draws the diagrams that are curves: ``python docs/diagrams/curves.py`` writes their files.

The drawings are committed; tests/guide/pages/test_diagrams.py checks them against the formulas.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SHEET = FOLDER.parents[1] / "guide" / "browser" / "theme" / "diagrams.css"
# Where the two axes are, in units of the drawing; the names of the curves are to the right.
LEFT, RIGHT, TOP, BOTTOM = 34.0, 284.0, 36.0, 236.0

BUSY = [share / 100 for share in range(96)]
WORKERS = (1, 2, 10)
CORES = range(1, 65)
SERIAL = (0.05, 0.10, 0.25, 0.50)


def expected_wait(workers: int, busy: float) -> float:
    """Return the average wait in job lengths, by Erlang's formula C."""
    load = workers * busy  # jobs that arrive during the length of one job
    lost = 1.0  # the share of jobs that would be refused if there were no queue
    for number in range(1, workers + 1):
        lost = load * lost / (number + load * lost)
    queued = lost / (1 - busy * (1 - lost))
    return queued / (workers * (1 - busy))


def speed_up(serial: float, cores: int) -> float:
    """Return how much faster a program gets, by Amdahl's law."""
    return 1 / (serial + (1 - serial) / cores)


@dataclass(frozen=True)
class Axis:
    """Turns values between two bounds into places along an axis."""

    name: str
    lowest: float
    highest: float
    start: float
    end: float
    ticks: Mapping[float, str]

    def place(self, value: float) -> float:
        """Return where a value is, to a tenth of a unit."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return round(self.start + share * (self.end - self.start), 1)


def chart(
    title: str,
    description: str,
    x: Axis,
    y: Axis,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    grid: str = "grid",
    note: str = "",
) -> str:
    """Return an SVG file with a line for each curve; ``note`` is above the names of the curves."""
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 282" class="drawing">',
        f"  <title>{title}</title>",
        f"  <desc>{description}</desc>",
        f'  <text class="strong" x="0" y="15">{y.name}</text>',
    ]
    for value, text in y.ticks.items():
        height = y.place(value)
        lines.append(f'  <path class="{grid}" d="M{LEFT} {height} H{RIGHT}"/>')
        lines.append(f'  <text class="soft end" x="{LEFT - 7}" y="{height + 4.5}">{text}</text>')
    for value, text in x.ticks.items():
        lines.append(
            f'  <text class="soft middle" x="{x.place(value)}" y="{BOTTOM + 17}">{text}</text>'
        )
    lines.append(f'  <path class="line" d="M{LEFT} {TOP} V{BOTTOM} H{RIGHT}"/>')
    middle = (LEFT + RIGHT) / 2
    lines.append(f'  <text class="strong middle" x="{middle}" y="{BOTTOM + 37}">{x.name}</text>')
    looks = ("curve-run", "curve-other", "curve-blocked", "curve-ink")
    for (name, points), look in zip(curves.items(), looks, strict=False):
        places = [(x.place(at), y.place(value)) for at, value in points]
        joined = " ".join(f"{across},{down}" for across, down in places)
        lines.append(f'  <polyline class="curve {look}" points="{joined}"/>')
        lines.append(f'  <text x="{RIGHT + 7}" y="{places[-1][1] + 4.5:.1f}">{name}</text>')
    if note:
        lines.append(f'  <text class="soft" x="{RIGHT + 7}" y="{TOP - 4}">{note}</text>')
    sheet = SHEET.read_text(encoding="utf-8")
    return "\n".join([*lines, f"  <style>\n{sheet}</style>", "</svg>", ""])


def queue_length() -> str:
    """Draw the wait in a queue against the share of time for which the workers are busy."""
    curves = {}
    for workers in WORKERS:
        waits = [(busy, expected_wait(workers, busy)) for busy in BUSY]
        name = f"{workers} worker{'s' if workers > 1 else ''}"
        curves[f"{name}: {waits[-1][1]:.1f}"] = waits
    return chart(
        "Average wait in a queue, against utilisation",
        "Jobs arrive at random, differ in length at random, and wait in one queue. At 50 % "
        "utilisation the average wait is 1 job length with one worker, 0.3 with two and almost 0 "
        f"with ten. At 95 % it is {expected_wait(1, 0.95):.1f} job lengths with one worker, "
        f"{expected_wait(2, 0.95):.1f} with two and {expected_wait(10, 0.95):.1f} with ten.",
        Axis(
            "utilisation of the workers",
            *(0, 1, LEFT, RIGHT),
            {share / 100: f"{share} %" for share in (0, 25, 50, 75, 100)},
        ),
        Axis(
            "average wait, in job lengths",
            *(0, 20, BOTTOM, TOP),
            {value: f"{value}" for value in (5, 10, 15, 20)},
        ),
        curves,
        note="at 95 %",
    )


def amdahl() -> str:
    """Draw the gain from more cores for programs of which different shares stay serial."""
    gains = {serial: [(cores, speed_up(serial, cores)) for cores in CORES] for serial in SERIAL}
    shares = [f"{100 - serial * 100:.0f} %" for serial in gains]
    at_end = [f"{values[-1][1]:.1f}" for values in gains.values()]
    return chart(
        "Speed-up against the number of cores, by Amdahl's law",
        f"The curves belong to programs in which {', '.join(shares[:-1])} or {shares[-1]} of the "
        f"work can be divided. On 64 cores they run {', '.join(at_end[:-1])} and {at_end[-1]} "
        "times as fast as on one core. Dashed lines mark the limits, which no number of cores can "
        "exceed: 20, 10, 4 and 2 times as fast.",
        Axis(
            "cores",
            *(0, 64, LEFT, RIGHT),
            {cores: f"{cores}" for cores in (1, 16, 32, 48, 64)},
        ),
        Axis(
            "times as fast as on one core",
            *(0, 20, BOTTOM, TOP),
            {value: f"{value}" for value in (2, 4, 10, 20)},
        ),
        {f"{share} divided": values for share, values in zip(shares, gains.values(), strict=True)},
        grid="grid dashed",  # the limits
    )


DRAWINGS: dict[str, Callable[[], str]] = {"amdahl": amdahl, "queue-length": queue_length}


def main() -> None:
    """Write the files."""
    for name, draw in DRAWINGS.items():
        (FOLDER / f"{name}.svg").write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
