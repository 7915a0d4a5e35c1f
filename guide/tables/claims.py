"""The claim ledger: what five sets of notes on concurrency say, what is true, and the evidence.

Each entry of ``claims.toml`` is a :class:`Claim`. If a claim has a question (``asks``), it also has
a check: a function in ``tests/guide/claims/`` that finds the answer by running code. The answer has
to be the one in the claim's ``finds``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    """A document: its title, as readers see it, and its address."""

    title: str
    url: str


@dataclass(frozen=True)
class Claim:
    """One statement from one set of notes.

    Attributes:
        id: The number of the set of notes and, after a dot, the number of the claim within this
            set, such as ``S001.13``.
        said: What the notes state, in this guide's words.
        verdict: Whether the statement is true today.
        today: What is true today, and why.
        sources: Keys, in ``claims.toml``, of the documents that support ``today``.
        page: The page that shows what is true, as a path within ``docs/``, usually with an
            anchor.
        asks: The question that the check answers; empty if nothing can be executed.
        finds: The answer that the check has to find.
        implied: The answer that the statement implies; empty if that is the answer in ``finds``.
        same_as: Ids of earlier claims that say the same. Their checks count for this claim, too.
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
        """The number of the set of notes that contains the claim."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Ledger:
    """All claims, and the documents that they refer to, by key."""

    claims: tuple[Claim, ...]
    documents: Mapping[str, Source]

    @cached_property
    def by_id(self) -> Mapping[str, Claim]:
        """The claims by id."""
        return {claim.id: claim for claim in self.claims}

    def sources(self, claim: Claim) -> list[Source]:
        """Return the documents of a claim, and of the claims that it repeats."""
        keys = dict.fromkeys(claim.sources)
        for other in claim.same_as:
            keys.update(dict.fromkeys(self.by_id[other].sources))
        return [self.documents[key] for key in keys]

    def checked(self, claim: Claim) -> list[Claim]:
        """Return the claims whose checks count for a claim: itself and those it repeats.

        Claims without a check are left out.
        """
        return [each for each in (claim, *map(self.by_id.get, claim.same_as)) if each and each.asks]


def load_claims(path: Path) -> Ledger:
    """Read the ledger.

    Raises:
        RunnableError: The file cannot be read, or an entry does not match its class, occurs twice,
            refers to something unknown, or has only one of ``asks`` and ``finds``.
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
            raise RunnableError(f"{where} occurs more than once.")
        for key in claim.sources:
            if key not in documents:
                raise RunnableError(f"{where}: there is no document '{key}'.")
        for other in claim.same_as:
            if other not in ids:
                raise RunnableError(f"{where}: there is no claim '{other}'.")
        if bool(claim.asks) != bool(claim.finds):
            raise RunnableError(f"{where}: asks and finds are needed together.")
    return Ledger(claims, documents)


def claims_table(path: Path, pages: Pages) -> Table:
    """Return the ledger as a table; each row links to the page that shows what is true."""
    ledger = load_claims(path)
    checks = sum(1 for claim in ledger.claims if claim.asks)
    return Table(
        caption=f"{len(ledger.claims)} claims, {checks} of them checked by running code",
        columns=[
            Column("Claim", "key"),
            Column("What the notes say", "said"),
            Column("What is true", "today"),
        ],
        rows=[_row(claim, ledger, pages) for claim in ledger.claims],
        facets={"verdict": "Verdict", "note": "Notes", "check": "Checked"},
        is_indexed=False,
    )


def _row(claim: Claim, ledger: Ledger, pages: Pages) -> Row:
    checked = ledger.checked(claim)
    today = [claim.today]
    if claim.asks:
        today.append(_check(claim))
    if claim.same_as:
        today.append(f"This repeats {_links(claim.same_as)}.")
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
            "check": ["by running code" if checked else "by sources only"],
        },
    )


def _links(ids: Sequence[str]) -> str:
    """Return links to the rows of these claims, as Markdown."""
    *first, last = (f"[{each}](#{each})" for each in ids)
    return f"{', '.join(first)} and {last}" if first else last


def _check(claim: Claim) -> str:
    """Return the question that the check of a claim answers, and the answer, as Markdown."""
    text = f"*Run:* {claim.asks} **{claim.finds}**"
    return f"{text}; the statement implies {claim.implied}." if claim.implied else f"{text}."
