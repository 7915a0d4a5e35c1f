"""Describes explorations, runs and steps in sentences for readers."""

from explorer.program import RunResult
from explorer.search import Exploration, Group
from explorer.steps import Option, Step


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def tried(found: Exploration) -> str:
    """Describe which schedules were run, and how many."""
    if found.seed is not None:
        return f"{_many(found.runs, 'random interleaving')} (seed {found.seed})"
    if found.complete:
        return f"all {found.runs:,} possible interleavings"
    one, more = ("forced switch", "forced switches") if found.threads else ("task", "tasks")
    after = "" if found.threads else " out of turn"
    few = {0: f"no {one}", 1: f"at most one {one}"}.get(
        found.reached, f"at most {found.reached} {more}"
    )
    few += after
    if found.reached == found.bound:
        return f"all {_many(found.runs, 'interleaving')} with {few}"
    among = f", including all with {few}" if found.reached >= 0 else ""
    return f"the first {_many(found.runs, 'interleaving')}{among}"


def result(found: Exploration) -> str:
    """Summarise the result of an exploration in two or three sentences."""
    if found.groups[0].kind == "endless" and found.runs == 1:
        return "The program takes too many steps to be explored, or it never ends."
    kinds = len(found.groups)
    endings = (
        "All have the same outcome." if kinds == 1 else f"There are {kinds} different outcomes."
    )
    if found.runs == 1:
        endings = ""
    if not found.breaking:
        text = f"Tried {tried(found)}: none breaks the program. {endings}"
        if found.runs == 1:
            text = "There is only one possible interleaving, and it does not break the program."
    else:
        breaks = "breaks" if found.breaking == 1 else "break"
        text = f"Tried {tried(found)}: {found.breaking:,} of them {breaks} the program. {endings}"
        if found.runs == 1:
            text = "There is only one possible interleaving, and it breaks the program."
    if not found.is_reproducible:
        text += (
            " Repeating an interleaving did not always give the same outcome, "
            "so some outcomes may have been missed."
        )
    return text.strip()


_HOW = {
    "exception": "ends with an exception",
    "status": "exits with an error",
    "deadlock": "ends in a deadlock",
    "endless": "does not end",
    "ok": "ends normally",
}


def ending(group: Group | RunResult) -> str:
    """Describe how a run ends, or the runs of a group."""
    text = f"The program {_HOW[group.kind]}"
    if group.kind == "exception" and group.line:
        return f"{text} on line {group.line}: {group.text}"
    return f"{text}: {group.text}" if group.text else f"{text}."


def _lines(step: Step) -> str:
    lines = sorted(set(step.lines))
    if not lines:
        return "runs library code"
    if len(lines) == 1:
        return f"runs line {lines[0]}"
    joint = "and" if len(lines) == 2 else "to"
    return f"runs lines {lines[0]} {joint} {lines[-1]}"


def step(each: Step) -> str:
    """Describe what one thread or task does in a step, and why it stops."""
    if each.why == "end" and not each.lines:
        return f"{each.actor} finishes."
    ends = {
        "turn": ", then is interrupted",
        "wait": f", then waits for {each.waits_for}",
        "end": ", then finishes",
    }
    return f"{each.actor} {_lines(each)}{ends.get(each.why, '')}."


def chosen(run: RunResult) -> str:
    """Describe how many choices were made, and how many of them count towards the bound."""
    unusual = [each.tasks for each in run.decisions if each.choice and each.costs]
    parts = [_many(len(run.decisions), "choice")]
    if early := sum(unusual):
        parts.append(f"{_many(early, 'task')} out of turn")
    if forced := len(unusual) - early:
        parts.append("1 forced switch" if forced == 1 else f"{forced:,} forced switches")
    return ", ".join(parts)


def option(each: Option) -> str:
    """Describe what a thread or task does if it is chosen to run next."""
    if each.line == 0:
        return "resumes" if each.has_started else "starts"
    return f"resumes at line {each.line}" if each.has_started else f"starts at line {each.line}"
