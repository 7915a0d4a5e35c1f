"""Tests that steps of tasks become the right events, in whatever order they are recorded."""

import itertools

from runnable_tracer.recorder import BEGUN, DONE, MAIN_THREAD, Recorder, events_of


def _recorder() -> Recorder:
    clock = itertools.count()
    return Recorder("program.py", lambda: next(clock), lambda: 1)


def test_names_belong_to_their_tasks_when_two_loops_create_tasks_at_the_same_time() -> None:
    recorder = _recorder()
    recorder.task_names.update({2: "first", 3: "second"})
    recorder.coroutine_names.update({2: "one", 3: "two"})
    # The second thread recorded its name last, but records the start of its task first.
    recorder.steps += (3, 10, -1, MAIN_THREAD, 0, BEGUN, 8)
    assert events_of(*recorder.take()[1:]) == [
        ("lane", 3, MAIN_THREAD, "task", "second", 10, -1, 8, "two")
    ]
    recorder.steps += (2, 9, -1, MAIN_THREAD, 0, BEGUN, 7)
    recorder.steps += (2, 9, -1, 11, 12, DONE, 0)
    assert events_of(*recorder.take()[1:]) == [
        ("lane", 2, MAIN_THREAD, "task", "first", 9, -1, 7, "one"),
        ("step", 2, 9, -1, 11, 12, "", "", 0),
        ("end", 2, 12, "done", ""),
    ]
    assert not recorder.task_names
    assert not recorder.coroutine_names


def test_a_very_long_name_is_cut() -> None:
    recorder = _recorder()
    recorder.task_names[2], recorder.coroutine_names[2] = "n" * 10_000, "f" * 10_000
    recorder.steps += (2, 0, -1, MAIN_THREAD, 0, BEGUN, 0)
    _, _, names = recorder.take()
    assert names == ["n" * 200, "f" * 200]


def test_of_a_line_that_is_redrawn_only_the_last_state_is_recorded() -> None:
    recorder = _recorder()
    recorder.output("stdout", "\r  0%" * 100 + "\r100%\nend\r\n", None)
    events, *_ = recorder.take()
    assert [event[4] for event in events] == ["100%", "end"]
