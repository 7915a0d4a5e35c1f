"""What a project can set for this package, under ``plugins: - runnable:`` in ``mkdocs.yml``.

.. code-block:: yaml

    plugins:
      - runnable:
          snippets: docs_src
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mkdocs_runnable.errors import RunnableError, nearest

type Policy = Literal["required", "optional"]
_POLICIES: tuple[Policy, ...] = get_args(Policy.__value__)
# In early versions, the option named the folder of the executed notebooks.
_NOTEBOOKS_MOVED = (
    "notebooks: expected true or false, but received: {!r}. There is no folder of executed "
    "notebooks any more, because `python -m mkdocs_runnable record` saves the outputs in the "
    "notebooks themselves. Write `notebooks: true`, record them, and commit them."
)


@dataclass(frozen=True)
class Options:
    """The options of a project. Folders are relative to ``mkdocs.yml``.

    Attributes:
        snippets: The folder of the programs.
        recordings: ``required`` stops the build if a page shows a program that has no recording.
            ``optional`` shows the program without recorded output.
        dependencies: Libraries that each program may import without declaring them in its header,
            such as ``fastapi>=0.115``.
        playground: The page that contains ``<runnable-playground>``, such as ``playground.md``.
            Programs have a Share button if this option is set.
        text_editions: Publish each page as Markdown, too, and a list of these files, ``llms.txt``.
        keep_last_site: Build the next site in another folder, and replace the present site only if
            there was no error.
        runtime: The folder with the files that run programs in the browser. Empty for the files
            that belong to this package.
        cache: The folder in which the HTML of pages and programs, pictures of timelines, and what
            the search finds on pages are kept between two builds. It can be deleted at any time.
            Empty to keep nothing.
        verification: A folder for the results of tests, which run each program in several versions
            of Python and in browsers, and compare its output with the recording (see
            ``recording/verification.py``). The site publishes these results as
            ``verification.json``. Empty to publish none.
        notebooks: Whether the outputs of the notebooks in the folder of the pages are recordings.
            If not, notebooks are left to other plugins.
    """

    snippets: str = "snippets"
    recordings: Policy = "optional"
    dependencies: tuple[str, ...] = ()
    playground: str = ""
    text_editions: bool = False
    keep_last_site: bool = False
    runtime: str = ""
    cache: str = ".cache/plugin/runnable"
    verification: str = ""
    notebooks: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Options":
        """Check the options that a project has given.

        Raises:
            RunnableError: An option is unknown, or has a wrong value.
        """
        known = {field.name: field for field in fields(cls)}
        values = dict(given)
        for name, value in given.items():
            if name not in known:
                raise RunnableError(f"unknown option '{name}'.{nearest(name, known)}")
            if name == "notebooks" and isinstance(value, str):
                raise RunnableError(_NOTEBOOKS_MOVED.format(value))
            if name == "dependencies":
                values[name] = parse_dependencies(value)
                continue
            kind, what = (bool, "true or false") if known[name].type is bool else (str, "a text")
            if not isinstance(value, kind):
                raise RunnableError(f"{name}: expected {what}, but received: {value!r}.")
        options = cls(**values)
        parse_policy(options.recordings)
        return options


def parse_policy(value: Any) -> Policy:
    """Check the option ``recordings``, and return it.

    Raises:
        RunnableError: The value is neither ``required`` nor ``optional``.
    """
    for policy in _POLICIES:
        if value == policy:
            return policy
    expected = " or ".join(map(repr, _POLICIES))
    raise RunnableError(f"recordings: expected {expected}, but received: {value!r}.")


def parse_dependencies(value: Any) -> tuple[str, ...]:
    """Check the option ``dependencies``, and return its entries in a uniform notation.

    Raises:
        RunnableError: The value is not a list of libraries that can be declared, or it names a
            library twice.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise RunnableError(
            "dependencies: expected a list of libraries, such as [fastapi, httpx], "
            f"but received: {value!r}."
        )
    libraries: dict[str, str] = {}
    for text in value:
        requirement = _parse_library(text)
        name = canonicalize_name(requirement.name)
        if name in libraries:
            raise RunnableError(f"dependencies: '{name}' is listed twice. List it once.")
        libraries[name] = str(requirement)
    return tuple(libraries.values())


def _parse_library(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise RunnableError(
            f"dependencies: expected the name of a library, such as 'httpx' or 'httpx>=0.28', "
            f"but received: {text!r}."
        ) from None
    for kind, given in (
        ("extras", requirement.extras),
        ("addresses", requirement.url),
        ("conditions", requirement.marker),
    ):
        if given:  # runtime/host/needs/requirements.ts refuses them in headers, too
            raise RunnableError(
                f"dependencies: {text!r} cannot be declared, because the browser does not support "
                f"{kind}. Write '{requirement.name}{requirement.specifier}' instead."
            )
    return requirement
