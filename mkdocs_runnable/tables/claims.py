"""The claim ledger: what five sets of notes said, what holds, and how that is known.

Each entry of ``claims.toml`` is one :class:`Claim`. A claim with ``asks`` has a check, a function
in ``tests/claims/`` that finds the answer by running something; ``finds`` is what it has to find.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.data import load_toml, make
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table

type Verdict = Literal["right", "imprecise", "outdated", "wrong"]


@dataclass(frozen=True)
class Source:
    """A document: its title for readers, its address."""

    title: str
    url: str


@dataclass(frozen=True)
class Claim:
    """One statement of the notes.

    Attributes:
        id: Number of the note and of the claim in it, such as ``S001.13``.
        said: What the note states, in this guide's words.
        verdict: How that stands today.
        today: What holds, and why.
        sources: Keys of the documents that say so.
        page: The page that shows it, within ``docs/``, with an anchor.
        asks: The question a check answers; empty where nothing can be executed.
        finds: The answer it has to find.
        implied: The answer if the note were right as it stands; empty where the two agree.
        same_as: Claims of other notes that say the same; their checks count for this one.
    """

    id: str
    said: str
    verdict: Verdict
    today: str
    page: str
    sources: tuple[str, ...] = ()
    asks: str = ""
    finds: str = ""
    implied: str = ""
    same_as: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """The note it stands in."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Ledger:
    """All claims, and the documents they refer to."""

    claims: tuple[Claim, ...]
    documents: Mapping[str, Source]

    @cached_property
    def by_id(self) -> Mapping[str, Claim]:
        """Each claim under its id."""
        return {claim.id: claim for claim in self.claims}

    def sources(self, claim: Claim) -> list[Source]:
        """The documents of a claim, and of those it repeats."""
        keys = dict.fromkeys(claim.sources)
        for other in claim.same_as:
            keys.update(dict.fromkeys(self.by_id[other].sources))
        return [self.documents[key] for key in keys]

    def checked(self, claim: Claim) -> list[Claim]:
        """The claims whose checks support a claim: itself, or those it repeats."""
        return [each for each in (claim, *map(self.by_id.get, claim.same_as)) if each and each.asks]


def load_claims(path: Path) -> Ledger:
    """Read the ledger.

    Raises:
        RunnableError: An entry is not as :class:`Claim` says, or refers to what is not there.
    """
    data = load_toml(path)
    documents = {
        key: make(Source, entry, f"{path.name}: document {key}")
        for key, entry in data.get("documents", {}).items()
    }
    claims = tuple(
        make(Claim, entry, f"{path.name}: claim {entry.get('id', number)}")
        for number, entry in enumerate(data.get("claims", []), 1)
    )
    ids = Counter(claim.id for claim in claims)
    for claim in claims:
        where = f"{path.name}: claim {claim.id}"
        if ids[claim.id] > 1:
            raise RunnableError(f"{where} is there more than once.")
        for key in claim.sources:
            if key not in documents:
                raise RunnableError(f"{where}: there is no document '{key}'.")
        for other in claim.same_as:
            if other not in ids:
                raise RunnableError(f"{where}: there is no claim '{other}'.")
        if bool(claim.asks) != bool(claim.finds):
            raise RunnableError(f"{where}: asks and finds belong together.")
    return Ledger(claims, documents)


def claims_table(path: Path, pages: Pages) -> Table:
    """Return the ledger as a table; each row links to the page that shows the claim."""
    ledger = load_claims(path)
    checks = sum(1 for claim in ledger.claims if claim.asks)
    return Table(
        caption=f"{len(ledger.claims)} claims, {checks} of them with a check of their own",
        columns=[
            Column("Claim", "key"),
            Column("The note says", "said"),
            Column("What holds", "today"),
        ],
        rows=[_row(claim, ledger, pages) for claim in ledger.claims],
        facets={"verdict": "Verdict", "note": "Note", "check": "Check"},
    )


def _row(claim: Claim, ledger: Ledger, pages: Pages) -> Row:
    checked = ledger.checked(claim)
    today = [claim.today]
    if claim.asks:
        today.append(_check(claim))
    if claim.same_as:
        today.append(f"Said before: {', '.join(f'[{each}](#{each})' for each in claim.same_as)}.")
    sources = ", ".join(f"[{source.title}]({source.url})" for source in ledger.sources(claim))
    today.append(f"Shown in {pages.link(claim.page)}. Sources: {sources}.")
    return Row(
        key=claim.id,
        cells=[
            [f"[{claim.id}](#{claim.id})", f"**{claim.verdict}**{{: .verdict-{claim.verdict} }}"],
            [claim.said],
            today,
        ],
        facets={
            "verdict": [claim.verdict],
            "note": [claim.note],
            "check": ["executed" if checked else "by sources only"],
        },
    )


def _check(claim: Claim) -> str:
    text = f"*Run:* {claim.asks} **{claim.finds}**"
    return f"{text}, where the note implies {claim.implied}." if claim.implied else f"{text}."
