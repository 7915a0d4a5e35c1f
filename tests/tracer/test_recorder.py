"""Tests that the recorder turns steps of tasks and printed text into the right events."""

import itertools

from runnable_tracer.recorder import BEGUN, DONE, MAIN_THREAD, Recorder, events_of


def _make_recorder() -> Recorder:
    """Return a recorder in a process with one thread, whose clock advances with each reading."""
    clock = itertools.count()
    return Recorder("program.py", lambda: next(clock), lambda: 1)


# `recorder.steps` has seven numbers for each step of a task (lane, ready, woken by, start, end,
# reason, line), and also for each new task (lane, start, created by, parent, 0, BEGUN, line).


def test_names_belong_to_their_tasks_when_two_loops_create_tasks_at_the_same_time() -> None:
    recorder = _make_recorder()
    recorder.task_names.update({2: "first", 3: "second"})
    recorder.coroutine_names.update({2: "brew", 3: "pour"})
    # The thread with task 3 has recorded the names last, but records the start of its task first.
    recorder.steps += (3, 10, -1, MAIN_THREAD, 0, BEGUN, 8)
    assert events_of(*recorder.take()[1:]) == [
        ("lane", 3, MAIN_THREAD, "task", "second", 10, -1, 8, "pour")
    ]
    recorder.steps += (2, 9, -1, MAIN_THREAD, 0, BEGUN, 7)
    recorder.steps += (2, 9, -1, 11, 12, DONE, 0)
    assert events_of(*recorder.take()[1:]) == [
        ("lane", 2, MAIN_THREAD, "task", "first", 9, -1, 7, "brew"),
        ("step", 2, 9, -1, 11, 12, "", "", 0),
        ("end", 2, 12, "done", ""),
    ]
    assert not recorder.task_names
    assert not recorder.coroutine_names


def test_the_names_of_a_task_are_cut_after_200_characters() -> None:
    recorder = _make_recorder()
    recorder.task_names[2], recorder.coroutine_names[2] = "n" * 10_000, "f" * 10_000
    recorder.steps += (2, 0, -1, MAIN_THREAD, 0, BEGUN, 0)
    _, _, names = recorder.take()
    assert names == ["n" * 200, "f" * 200]


def test_only_the_last_state_of_a_line_that_is_redrawn_is_recorded() -> None:
    recorder = _make_recorder()
    recorder.output("stdout", "\r  0%" * 100 + "\r100%\nend\r\n", None)
    events, *_ = recorder.take()
    # The fifth value of an event for output is its text.
    assert [event[4] for event in events] == ["100%", "end"]
