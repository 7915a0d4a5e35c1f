"""Describes explorations, runs and steps in sentences for readers."""

import sys

from explorer.accesses import Access
from explorer.program import RunResult
from explorer.search import Exploration, Group
from explorer.steps import Option, Step


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def tried(found: Exploration) -> str:
    """Describe which interleavings were run, and how many."""
    if found.seed is not None:
        return f"{_many(found.runs, 'random interleaving')} (seed {found.seed})"
    if found.complete:
        return f"all {found.runs:,} possible interleavings"
    one, many = ("forced switch", "forced switches") if found.threads else ("task", "tasks")
    limit = {0: f"no {one}", 1: f"at most one {one}"}.get(
        found.reached, f"at most {found.reached} {many}"
    )
    if not found.threads:
        limit += " out of turn"
    if found.reached == found.bound:
        return f"all {_many(found.runs, 'interleaving')} with {limit}"
    including = f", including all with {limit}" if found.reached >= 0 else ""
    return f"the first {_many(found.runs, 'interleaving')}{including}"


def _single(found: Exploration) -> str:
    """Describe what was tried if only one of several possible interleavings was run."""
    if found.seed is not None:
        return tried(found)
    return "one of several possible interleavings"


def _where(found: Exploration) -> str:
    """Say at which places threads could switch, and what follows from that."""
    if found.tasks and not found.threads:
        if not found.every_bytecode:
            return ""
        return (
            "Tasks can switch only where they await something, so letting threads switch between "
            "any two bytecodes makes no difference here."
        )
    if not found.threads:
        return ""
    if found.every_bytecode:
        return (
            "Threads could switch between any two bytecodes, as they can in the free-threaded "
            "build of CPython."
        )
    version = "{}.{}".format(*sys.version_info)
    where = (
        "Threads could switch at calls and at the end of each round of a loop, which is where "
        f"CPython {version} with a GIL can switch them."
    )
    if found.breaking:
        return where
    return (
        f"{where} This does not show that the program is safe where threads can switch between any "
        "two bytecodes."
    )


def _untried(found: Exploration) -> str:
    if not found.untried:
        return ""
    if found.bound == 0:
        limit = "with no forced switch"
    else:
        switches = "1 forced switch" if found.bound == 1 else f"{found.bound} forced switches"
        limit = f"with at most {switches}"
    if not found.threads:
        limit = f"with at most {_many(found.bound or 0, 'task')} out of turn"
    were = "was" if found.untried == 1 else "were"
    return f"At least {_many(found.untried, 'more interleaving')} {limit} {were} not tried."


def _stopped(found: Exploration) -> str:
    """Say whether an interleaving broke the program before the user stopped the exploration."""
    if found.runs == 1:
        return "it breaks the program." if found.breaking else "it does not break the program."
    if not found.breaking:
        return "none breaks the program."
    return f"{found.breaking:,} of them {'breaks' if found.breaking == 1 else 'break'} the program."


def result(found: Exploration) -> str:
    """Summarise the result of an exploration in a few sentences."""
    if found.groups[0].kind == "endless" and found.runs == 1:
        return "The program takes too many steps to be explored, or it never ends."
    kinds = len(found.groups)
    endings = (
        "All have the same outcome." if kinds == 1 else f"There are {kinds} different outcomes."
    )
    if found.is_stopped:
        text = f"Stopped after {_many(found.runs, 'interleaving')}: {_stopped(found)}"
        if found.runs > 1:
            text += f" {endings}"
    elif found.runs == 1:
        does = "breaks" if found.breaking else "does not break"
        # If the exploration is not complete, the program may have other interleavings: a random
        # exploration tried only one of them, or all others are beyond the limits.
        text = (
            f"There is only one possible interleaving, and it {does} the program."
            if found.complete
            else f"Tried {_single(found)}: it {does} the program."
        )
    elif found.breaking:
        breaks = "breaks" if found.breaking == 1 else "break"
        text = f"Tried {tried(found)}: {found.breaking:,} of them {breaks} the program. {endings}"
    else:
        text = f"Tried {tried(found)}: none breaks the program. {endings}"
    text = " ".join(part for part in (text.strip(), _untried(found), _where(found)) if part)
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
    """Describe how a run ends, or how all runs of a group end."""
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
    conjunction = "and" if len(lines) == 2 else "to"
    return f"runs lines {lines[0]} {conjunction} {lines[-1]}"


def _access(access: Access) -> str:
    """Describe what a thread is about to do."""
    if access.kind == "with":
        return f"enters the with block of {access.text}"
    verb = {"read": "reads", "store": "stores", "delete": "deletes", "call": "calls"}
    return f"{verb.get(access.kind, 'evaluates')} {access.text}"


def _interrupted(each: Step) -> str:
    """Say what an interrupted thread has read but not stored yet, or else what it would do next."""
    if each.held:
        read = " and ".join(f"{text} = {value}" for text, value in each.held.items())
        return (
            f": it has read {read} and has not stored {'it' if len(each.held) == 1 else 'them'} yet"
        )
    access = each.next_access
    return f" before it {_access(access)}" if access and access.text else ""


def step(each: Step) -> str:
    """Describe what one thread or task does in a step, and why it stops."""
    if each.why == "end" and not each.lines:
        return f"{each.actor} finishes."
    ends = {
        "turn": f", then is interrupted{_interrupted(each)}",
        "wait": f", then waits for {each.waits_for}",
        "end": ", then finishes",
    }
    return f"{each.actor} {_lines(each)}{ends.get(each.why, '')}."


def chosen(run: RunResult) -> str:
    """Describe how many choices were made, and how many of them count towards the bound."""
    are_tasks = [each.tasks for each in run.decisions if each.choice and each.costs]
    parts = [_many(len(run.decisions), "choice")]
    if early := sum(are_tasks):
        parts.append(f"{_many(early, 'task')} out of turn")
    if forced := len(are_tasks) - early:
        parts.append("1 forced switch" if forced == 1 else f"{forced:,} forced switches")
    return ", ".join(parts)


def option(each: Option) -> str:
    """Describe what a thread or task does if it is chosen to run next."""
    begins = "resumes" if each.has_started else "starts"
    where = f" at line {each.line}" if each.line else ""
    access = each.next_access
    return begins + where + (f" and {_access(access)}" if access and access.text else "")
