"""Tests of the verdict of ``make conformance``, of its expectations, and of finding the suite."""

from pathlib import Path

import pytest

from tests.conformance import results, source
from tests.conformance.results import Expectations, Group, ModuleResult, parse

OUTPUT = """
[conformance] excluded test.test_a.Case.test_fork
half a line
[conformance] passed test.test_a.Case.test_one

[conformance] skipped test.test_a.Case.test_two  needs Windows

[conformance] failed setUpClass (test.test_a.Other)

[conformance] done test.test_a
"""
EXPECTED = Expectations(
    {"test.test_a": 1},
    (Group("no fork", ("test.test_a.Case.test_fork",), counts=False),),
    ("needs Windows",),
)


def passing(number: int = 1) -> str:
    tests = [f"[conformance] passed test.test_a.Case.test_{each}\n" for each in range(number)]
    return "".join(tests) + "[conformance] done test.test_a\n"


def faults(output: str) -> list[str]:
    return results.faults([parse("test.test_a", output)], EXPECTED)


def test_each_line_of_the_output_is_counted() -> None:
    result = parse("test.test_a", OUTPUT)
    assert result.outcomes == {
        "test.test_a.Case.test_fork": "excluded",
        "test.test_a.Case.test_one": "passed",
        "test.test_a.Case.test_two": "skipped",
        "setUpClass (test.test_a.Other)": "failed",
    }
    assert result.reasons == {"needs Windows": 1}
    assert result.is_complete


def test_passing_tests_are_no_fault() -> None:
    assert faults(passing()) == []


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (OUTPUT, "setUpClass (test.test_a.Other) fails."),
        (
            "[conformance] failed test.test_a.Case.test_1\n" + passing(2),
            "test.test_a.Case.test_1 fails.",
        ),
        ("[conformance] passed test.test_a.Case.test_1\n", "did not end"),
        ("", "did not end"),
        (
            "[conformance] skipped test.test_a.Case.test_1  no threads\n" + passing(),
            "1 tests of test.test_a skip themselves for an unknown reason: 'no threads'.",
        ),
        (passing(0), "has passed 0 tests; it should pass 1."),
    ],
)
def test_what_should_pass_and_does_not_is_a_fault(output: str, fault: str) -> None:
    (found,) = faults(output)
    assert fault in found


def test_the_share_counts_excluded_tests_that_this_network_could_pass() -> None:
    result = ModuleResult("test.test_a")
    result.outcomes = {
        "test.test_a.Case.test_one": "passed",
        "test.test_a.Case.test_fork": "excluded",
        "test.test_a.Other.test_three": "excluded",
        "test.test_a.Other.test_two": "skipped",
    }
    assert results.share([result], EXPECTED) == 1
    known = Group("not done yet", ("test.test_a.Other",), counts=True)
    assert results.share([result], Expectations({}, (*EXPECTED.groups, known))) == 0.5


def test_each_excluded_test_belongs_to_one_group_and_to_a_module_that_is_run() -> None:
    expected = results.read(Path(results.__file__).with_name("expected.toml"))
    names = [name for group in expected.groups for name in group.tests]
    assert len(names) == len(set(names))
    assert [
        name for name in names if not any(name.startswith(f"{each}.") for each in expected.modules)
    ] == []
    assert all(group.reason.endswith(".") for group in expected.groups)


def test_a_folder_without_the_tests_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(source.VARIABLE, str(tmp_path))
    with pytest.raises(source.SourceError, match=r"contains no test/test_socket\.py"):
        source.find(tmp_path, "3.14")
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "test_socket.py").touch()
    assert source.find(tmp_path, "3.14").folder == tmp_path / "test"
