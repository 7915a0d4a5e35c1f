"""The claim ledger is complete, and its checks find what it says."""

import functools
import importlib
import re
import warnings
from collections.abc import Callable
from types import ModuleType

import pytest
from markdown.extensions.toc import slugify

from guide.tables.claims import Claim, load_claims
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

DOCS = Project(REPOSITORY).docs
LEDGER = load_claims(DOCS / "reference" / "claims.toml")
# Note → number of its claims; each is numbered from 1 without a gap.
AUDIT = {"S000": 19, "S001": 39, "S002": 24, "S003": 31, "S004": 34}
CHECKED = [claim for claim in LEDGER.claims if claim.asks]

type Check = Callable[[], str]


def module(note: str) -> ModuleType:
    with warnings.catch_warnings():
        # What other packages do on the newest Python is theirs to fix.
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(f"tests.guide.claims.{note.lower()}")


def check(claim: Claim) -> Check:
    """The function that finds the answer to what a claim asks."""
    found: Check = getattr(module(claim.note), f"claim_{claim.id.partition('.')[2]}")
    return found


@functools.cache
def found(claim: Claim) -> str:
    return check(claim)()


def agrees(claim: Claim, answer: str) -> bool:
    """Whether a run gives this answer."""
    return found(claim) == answer


def anchors(page: str) -> set[str]:
    """Anchors of a page: those of its headings, and those it names."""
    text = (DOCS / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ +(.+?)(?: +\{[^}]*\})?$", text, re.MULTILINE)
    names = re.findall(r"\bid=\"([^\"]+)\"|\{[^}]*#([\w-]+)[^}]*\}", text)
    return {slugify(heading.replace("`", ""), "-") for heading in headings} | set(sum(names, ()))


def test_has_every_claim_of_the_audit_in_order() -> None:
    expected = [f"{note}.{number + 1}" for note, count in AUDIT.items() for number in range(count)]
    assert [claim.id for claim in LEDGER.claims] == expected


def test_the_page_says_how_many_there_are() -> None:
    page = (DOCS / "reference" / "claims.md").read_text(encoding="utf-8")
    assert re.findall(r"description: (\d+) ", page) == [str(len(LEDGER.claims))]


def test_enough_claims_are_executed() -> None:
    assert len(CHECKED) >= 70


@pytest.mark.parametrize("claim", LEDGER.claims, ids=lambda claim: claim.id)
def test_page_and_sources(claim: Claim) -> None:
    page, _, anchor = claim.page.partition("#")
    assert (DOCS / page).is_file()
    assert not anchor or anchor in anchors(page), f"{page} has no #{anchor}"
    assert LEDGER.sources(claim), "no source"
    assert all(source.url.startswith("https://") for source in LEDGER.sources(claim))
    assert not any(LEDGER.by_id[each].same_as for each in claim.same_as), "name the first one"


def test_every_document_is_referred_to() -> None:
    assert set(LEDGER.documents) == {key for claim in LEDGER.claims for key in claim.sources}


def test_every_check_belongs_to_a_claim() -> None:
    functions = {
        f"{note}.{name.removeprefix('claim_')}"
        for note in AUDIT
        for name in vars(module(note))
        if name.startswith("claim_")
    }
    assert functions == {claim.id for claim in CHECKED}


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_the_check_finds_what_the_ledger_says(claim: Claim) -> None:
    assert found(claim) == claim.finds


@pytest.mark.parametrize(
    "claim", [claim for claim in CHECKED if claim.verdict != "right"], ids=lambda claim: claim.id
)
def test_the_check_refutes_what_the_note_says(claim: Claim) -> None:
    assert claim.implied, "say what the statement implies"
    assert not agrees(claim, claim.implied)


@pytest.mark.parametrize(
    "claim", [claim for claim in CHECKED if claim.verdict == "right"], ids=lambda claim: claim.id
)
def test_a_right_claim_implies_nothing_else(claim: Claim) -> None:
    assert not claim.implied
