"""Finds the libraries that a program needs, apart from the standard library.

A program declares libraries in its header. The option ``dependencies`` of a project declares
libraries for all of its programs, each of which needs only those that it imports. If both name the
same library, the header counts. In the browser, runtime/host/needs/project_libraries.ts does the
same.
"""

import ast
from collections.abc import Collection, Iterable, Mapping
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mkdocs_runnable.snippets.imports import imported_packages
from mkdocs_runnable.snippets.snippet import Library, Snippet


def dependencies_of(snippet: Snippet, library: Library) -> list[str]:
    """Return the libraries that a program needs, as its header or its project declares them."""
    declared = list(snippet.header.dependencies)
    named = {_canonical_name(each) for each in declared}
    imported = _imports(snippet) if library.dependencies else ()
    return declared + [
        each
        for each in library.dependencies
        if _canonical_name(each) in imported and _canonical_name(each) not in named
    ]


def _imports(snippet: Snippet) -> Collection[str]:
    try:
        tree = ast.parse(snippet.source)
    except SyntaxError:  # the program is for a newer Python than this one
        return ()
    return {canonicalize_name(name) for name in imported_packages(ast.walk(tree))}


def _canonical_name(requirement: str) -> str:
    """Return the name in a requirement, in one spelling: ``Foo_Bar>=2`` → ``foo-bar``."""
    return canonicalize_name(Requirement(requirement).name)


def comes_with(package: str, libraries: Iterable[str]) -> bool:
    """Whether one of some libraries, or a library that one of them requires, provides a package.

    Libraries that are not installed here are expected to provide a package of their own name.

    Args:
        package: The name by which programs import the package.
        libraries: The libraries, as requirements.
    """
    providers: Mapping[str, list[str]] = metadata.packages_distributions()
    names = {canonicalize_name(each) for each in providers.get(package, [package])}
    return not names.isdisjoint(_with_required(libraries))


def _with_required(libraries: Iterable[str]) -> set[str]:
    """Return the names of libraries, and of all that they require without extras."""
    found: set[str] = set()
    pending = [_canonical_name(each) for each in libraries]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        try:
            requirements = map(Requirement, metadata.requires(name) or [])
        except metadata.PackageNotFoundError:
            continue
        pending += [
            canonicalize_name(each.name)
            for each in requirements
            if each.marker is None or each.marker.evaluate({"extra": ""})
        ]
    return found
