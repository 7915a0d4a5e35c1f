"""Tests that the claim ledger is complete, and that checks confirm its answers."""

import functools
import importlib
import inspect
import re
import warnings
from collections.abc import Callable
from types import ModuleType

import pytest
from markdown.extensions.toc import slugify

from guide.tables.claims import Claim, load_claims
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

DOCS = Project.at(REPOSITORY).docs
LEDGER = load_claims(DOCS / "reference" / "claims.toml")
# The number of claims in each set of notes. They are numbered from 1 without gaps.
CLAIMS_PER_NOTE = {"S000": 19, "S001": 39, "S002": 24, "S003": 31, "S004": 34}
CHECKED = [claim for claim in LEDGER.claims if claim.asks]

type Check = Callable[[], str]


def module(note: str) -> ModuleType:
    """Import the checks of a set of notes."""
    with warnings.catch_warnings():
        # Only the authors of other packages can fix their deprecation warnings.
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(f"tests.guide.claims.{note.lower()}")


def check(claim: Claim) -> Check:
    """Return the function that finds the answer to the question of a claim."""
    function: Check = getattr(module(claim.note), f"claim_{claim.id.partition('.')[2]}")
    return function


@functools.cache
def answer(claim: Claim) -> str:
    """Run the check of a claim, once for all tests, and return the answer that it finds."""
    return check(claim)()


def anchors(page: str) -> set[str]:
    """Return the ids of a page: of its headings, in its HTML and in its attribute lists."""
    text = (DOCS / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ +(.+?)(?: +\{[^}]*\})?$", text, re.MULTILINE)
    names = re.findall(r"\bid=\"([^\"]+)\"|\{[^}]*#([\w-]+)[^}]*\}", text)
    return {slugify(heading.replace("`", ""), "-") for heading in headings} | set(sum(names, ()))


def test_the_ledger_has_every_claim_in_order() -> None:
    expected = [
        f"{note}.{number + 1}" for note, count in CLAIMS_PER_NOTE.items() for number in range(count)
    ]
    assert [claim.id for claim in LEDGER.claims] == expected


def test_the_description_of_the_page_gives_the_number_of_claims() -> None:
    page = (DOCS / "reference" / "claims.md").read_text(encoding="utf-8")
    assert re.findall(r"description: (\d+) ", page) == [str(len(LEDGER.claims))]


def test_at_least_70_claims_have_a_check() -> None:
    assert len(CHECKED) >= 70


@pytest.mark.parametrize("claim", LEDGER.claims, ids=lambda claim: claim.id)
def test_each_claim_has_a_page_and_sources(claim: Claim) -> None:
    page, _, anchor = claim.page.partition("#")
    assert (DOCS / page).is_file()
    assert not anchor or anchor in anchors(page), f"{page} has no #{anchor}"
    assert LEDGER.sources(claim), "no source"
    assert all(source.url.startswith("https://") for source in LEDGER.sources(claim))
    assert not any(LEDGER.by_id[id_].same_as for id_ in claim.same_as), (
        "same_as: of claims that say the same, name the first one, which repeats no other"
    )


def test_every_document_is_cited() -> None:
    assert set(LEDGER.documents) == {key for claim in LEDGER.claims for key in claim.sources}


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_the_comment_above_a_check_is_the_question_in_the_ledger(claim: Claim) -> None:
    comment = inspect.getcomments(check(claim)) or ""
    assert " ".join(line.removeprefix("# ") for line in comment.splitlines()) == claim.asks


def test_every_check_belongs_to_a_claim() -> None:
    functions = {
        f"{note}.{name.removeprefix('claim_')}"
        for note in CLAIMS_PER_NOTE
        for name in vars(module(note))
        if name.startswith("claim_")
    }
    assert functions == {claim.id for claim in CHECKED}


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_the_check_finds_the_answer_in_the_ledger(claim: Claim) -> None:
    assert answer(claim) == claim.finds


@pytest.mark.parametrize(
    "claim", [claim for claim in CHECKED if claim.verdict != "right"], ids=lambda claim: claim.id
)
def test_the_check_refutes_the_answer_that_the_claim_implies(claim: Claim) -> None:
    assert claim.implied, "give the answer that the statement implies"
    assert answer(claim) != claim.implied


@pytest.mark.parametrize(
    "claim", [claim for claim in CHECKED if claim.verdict == "right"], ids=lambda claim: claim.id
)
def test_a_claim_that_is_right_implies_no_other_answer_than_that_of_the_check(claim: Claim) -> None:
    assert not claim.implied
