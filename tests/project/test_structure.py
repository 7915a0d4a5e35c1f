"""Tests of the architecture: imports between its parts, and the size of its folders.

docs/contributing/architecture.md explains the parts and the reasons for the arrows.
"""

import ast
import posixpath
import re
from collections.abc import Mapping

import pytest

from tests.conftest import REPOSITORY

SOURCES = ("runtime", "guide", "mkdocs_runnable")
# The most source files that a reader can survey in one folder.
MOST_FILES = 16

type Graph = Mapping[str, set[str]]
type Sources = Mapping[str, str]

_TYPESCRIPT_IMPORT = re.compile(r"""(?:\bfrom|\bimport\(|\bimport)\s*["'](\.[^"']+)["']""")

_TIMELINE = {"runtime/timeline/model", "runtime/timeline/words", "runtime/timeline/drawing"}
_WORKER = {"runtime/worker/kernel", "runtime/worker/links", "runtime/worker/startup"}
_PAGE = {
    "runtime/page/kit",
    "runtime/page/session",
    "runtime/page/editor",
    "runtime/page/output",
    "runtime/page/timeline",
    "runtime/page/interleavings",
    "runtime/page/workbench",
    "runtime/page/comparison",
    "runtime/page/question",
    "runtime/page/tables",
}

# Part → the parts that it may import. A file belongs to the longest part that its path starts with.
# The first entries are the trust boundary: the page (host), the sandbox frame and the worker share
# nothing but the messages in runtime/protocol.
ARROWS: Mapping[str, set[str]] = {
    "runtime/protocol": set(),
    "runtime/host/needs": set(),
    "runtime/host": {"runtime/host/needs", "runtime/protocol"},
    "runtime/sandbox": {"runtime/protocol"},
    "runtime/worker": {"runtime/protocol", *_WORKER},
    "runtime/worker/kernel": set(),
    "runtime/worker/links": {"runtime/protocol", "runtime/worker/kernel"},
    "runtime/worker/startup": {
        "runtime/protocol",
        "runtime/worker/kernel",
        "runtime/worker/links",
    },
    # Pure: no part of a browser is needed to turn events into a picture and its words.
    "runtime/timeline/model": set(),
    "runtime/timeline/words": {"runtime/timeline/model"},
    "runtime/timeline/drawing": {"runtime/timeline/model", "runtime/timeline/words"},
    # The page, from the part that all others use to the parts that no other part uses.
    "runtime/page/kit": {"runtime/host", "runtime/timeline/drawing"},
    "runtime/page/session": {"runtime/host", "runtime/page/kit"},
    "runtime/page/editor": {"runtime/page/kit", "runtime/page/session"},
    "runtime/page/output": {"runtime/host", "runtime/page/kit"},
    "runtime/page/timeline": {
        "runtime/host",
        "runtime/page/kit",
        "runtime/page/output",
        "runtime/page/session",
        *_TIMELINE,
    },
    "runtime/page/interleavings": {
        "runtime/host",
        "runtime/host/needs",
        "runtime/page/kit",
        "runtime/page/output",
        "runtime/page/session",
    },
    "runtime/page/workbench": {
        "runtime/host",
        "runtime/host/needs",
        "runtime/protocol",
        "runtime/timeline/words",
        *(
            _PAGE
            - {
                "runtime/page/comparison",
                "runtime/page/question",
                "runtime/page/tables",
                "runtime/page/workbench",
            }
        ),
    },
    "runtime/page/comparison": {
        "runtime/host",
        "runtime/page/kit",
        "runtime/page/session",
        "runtime/page/timeline",
        "runtime/page/workbench",
        "runtime/timeline/drawing",
        "runtime/timeline/model",
    },
    "runtime/page/question": {"runtime/host", "runtime/page/kit", "runtime/page/workbench"},
    "runtime/page/tables": {"runtime/page/kit"},
    "runtime/entry": {
        "runtime/page/comparison",
        "runtime/page/kit",
        "runtime/page/question",
        "runtime/page/session",
        "runtime/page/tables",
        "runtime/page/workbench",
    },
    # These parts build, check and measure the others, and are not published.
    "runtime/bundle": {"runtime/host", "runtime/host/needs", "runtime/protocol", *_WORKER},
    "runtime/harness": {
        "runtime/host",
        "runtime/host/needs",
        "runtime/page/timeline",
        "runtime/page/workbench",
        "runtime/timeline/drawing",
        "runtime/timeline/model",
    },
    "runtime/bench": {
        "runtime/harness",
        "runtime/host",
        "runtime/page/session",
        "runtime/timeline/model",
    },
    # Python in the browser, which does not depend on the engine that builds pages.
    "runtime/python/runnable_tracer": set(),
    "runtime/python/explorer": {"runtime/python/runnable_tracer"},
    "runtime/python/browser_runtime": {"runtime/python/runnable_tracer"},
    "runtime/python/greenlet": {"runtime/python/browser_runtime"},
    # The engine, which does not depend on this guide.
    "mkdocs_runnable/errors.py": set(),
    "mkdocs_runnable/blocks.py": set(),
    "mkdocs_runnable/files.py": set(),
    "mkdocs_runnable/cache.py": {"mkdocs_runnable/files.py"},
    # hatch_build.py loads it without the rest of the package.
    "mkdocs_runnable/built_files.py": set(),
    "mkdocs_runnable/parts.py": {"mkdocs_runnable/errors.py"},
    "mkdocs_runnable/options.py": {"mkdocs_runnable/errors.py"},
    "mkdocs_runnable/snippets": {"mkdocs_runnable/errors.py"},
    "mkdocs_runnable/project.py": {
        "mkdocs_runnable/cache.py",
        "mkdocs_runnable/built_files.py",
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/parts.py",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/recording": {
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/files.py",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/parts.py",
        "mkdocs_runnable/project.py",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/notebooks": {
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/files.py",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/project.py",
        "mkdocs_runnable/recording",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/pages": {
        "mkdocs_runnable/blocks.py",
        "mkdocs_runnable/cache.py",
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/parts.py",
        "mkdocs_runnable/recording",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/diagrams": {
        "mkdocs_runnable/blocks.py",
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/tables": {
        "mkdocs_runnable/blocks.py",
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/snippets",
    },
    "mkdocs_runnable/site": {
        "mkdocs_runnable/cache.py",
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/files.py",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/diagrams",
        "mkdocs_runnable/notebooks",
        "mkdocs_runnable/pages",
        "mkdocs_runnable/project.py",
        "mkdocs_runnable/recording",
        "mkdocs_runnable/snippets",
        "mkdocs_runnable/tables",
    },
    # The command and the package itself.
    "mkdocs_runnable": {
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/notebooks",
        "mkdocs_runnable/options.py",
        "mkdocs_runnable/parts.py",
        "mkdocs_runnable/project.py",
        "mkdocs_runnable/recording",
        "mkdocs_runnable/site",
        "mkdocs_runnable/snippets",
    },
    # The guide uses the engine as any other project could.
    "guide/browser": {"runtime/entry", "runtime/timeline/words"},
    "guide/tables": {
        "mkdocs_runnable/errors.py",
        "mkdocs_runnable/snippets",
        "mkdocs_runnable/tables",
    },
    "guide": set(),
}


def read_sources() -> Sources:
    """Return the text of every source file by its path, relative to the root of the repository."""
    return {
        path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
        for folder in SOURCES
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path.suffix in {".ts", ".py", ".css"}
    }


def import_graph(sources: Sources) -> Graph:
    """Return which source files each file imports.

    Imports of types and imports within functions count, too.
    """
    graph: dict[str, set[str]] = {}
    for file, text in sources.items():
        if file.endswith(".css"):
            continue
        if file.endswith(".py"):
            found = _imports_of_python(text, set(sources))
        else:
            folder = posixpath.dirname(file)
            found = {
                posixpath.normpath(posixpath.join(folder, each))
                for each in _TYPESCRIPT_IMPORT.findall(text)
            }
        graph[file] = {each for each in found & set(sources) if not each.endswith(".css")} - {file}
    return graph


def _imports_of_python(text: str, known: set[str]) -> set[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    paths = (name.replace(".", "/") + ".py" for name in names)
    return {base + path for path in paths for base in ("", "runtime/python/")} & known


def part_of(file: str) -> str:
    """Return the part that a file belongs to.

    Raises:
        KeyError: The file belongs to no part.
    """
    parts = [part for part in ARROWS if f"{file}/".startswith(f"{part}/")]
    if not parts:
        raise KeyError(f"{file} belongs to no part: give its folder a place in ARROWS.")
    return max(parts, key=len)


def forbidden(graph: Graph) -> list[str]:
    """Return the imports for which there is no arrow."""
    return [
        f"{file} may not import {target}"
        for file, targets in graph.items()
        for target in sorted(targets)
        if part_of(file) != part_of(target) and part_of(target) not in ARROWS[part_of(file)]
    ]


def cycle(graph: Graph) -> list[str]:
    """Return a cycle as the nodes on it, or an empty list when there is none."""
    done: set[str] = set()
    path: list[str] = []

    def search(node: str) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        path.append(node)
        for target in sorted(graph.get(node, ())):
            if found := search(target):
                return found
        path.pop()
        done.add(node)
        return []

    for node in graph:
        if found := search(node):
            return found
    return []


@pytest.fixture(scope="module")
def sources() -> Sources:
    """The source files of this repository."""
    return read_sources()


@pytest.fixture(scope="module")
def graph(sources: Sources) -> Graph:
    """The imports of this repository."""
    return import_graph(sources)


def test_every_import_follows_an_arrow(graph: Graph) -> None:
    assert forbidden(graph) == []


def test_no_file_imports_itself_indirectly(graph: Graph) -> None:
    assert cycle(graph) == []


def test_the_arrows_have_no_cycle() -> None:
    assert cycle(ARROWS) == []


def test_every_arrow_is_used(graph: Graph) -> None:
    used = {
        (part_of(file), part_of(target)) for file, targets in graph.items() for target in targets
    }
    arrows = {(part, target) for part, targets in ARROWS.items() for target in targets}
    assert sorted(arrows - used) == []


def test_no_folder_holds_too_many_files(sources: Sources) -> None:
    folders = [posixpath.dirname(file) for file in sources]
    assert {each for each in folders if folders.count(each) > MOST_FILES} == set()


@pytest.mark.parametrize(
    ("file", "line", "target"),
    [
        (
            "runtime/host/host.ts",
            'import { Broker } from "../sandbox/broker.ts";',
            "runtime/sandbox/broker.ts",
        ),
        (
            "runtime/worker/worker.ts",
            'export type { Host } from "../host/types.ts";',
            "runtime/host/types.ts",
        ),
        (
            "runtime/timeline/model/lane.ts",
            'const words = () => import("../words/words.ts");',
            "runtime/timeline/words/words.ts",
        ),
        (
            "mkdocs_runnable/tables/data.py",
            "from guide.tables import claims",
            "guide/tables/claims.py",
        ),
        (
            "runtime/python/runnable_tracer/recorder.py",
            "import browser_runtime.facts",
            "runtime/python/browser_runtime/facts.py",
        ),
    ],
)
def test_an_import_against_the_arrows_is_found(
    sources: Sources, file: str, line: str, target: str
) -> None:
    planted = {**sources, file: f"{sources[file]}\n{line}\n"}
    assert forbidden(import_graph(planted)) == [f"{file} may not import {target}"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("runtime/page/kit/dom.ts", 'import "./toast.ts";'),
        ("mkdocs_runnable/snippets/header.py", "import mkdocs_runnable.snippets.snippet"),
    ],
)
def test_a_cycle_is_found(sources: Sources, file: str, line: str) -> None:
    planted = {**sources, file: f"{sources[file]}\n{line}\n"}
    assert file in cycle(import_graph(planted))
