"""What a project can set for this package, under ``plugins: - runnable:`` in ``mkdocs.yml``.

.. code-block:: yaml

    plugins:
      - runnable:
          snippets: docs_src
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

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
        playground: The page that contains ``<runnable-playground>``, such as ``playground.md``.
            Programs have a Share button if this option is set.
        text_editions: Publish each page as Markdown, too, and a list of these files, ``llms.txt``.
        keep_last_site: Build the next site in another folder, and replace the present site only if
            there was no error.
        runtime: The folder with the files that run programs in the browser. Empty for the files
            that belong to this package.
        cache: The folder in which programs on pages, and pictures of timelines, are kept between
            two builds. It can be deleted at any time. Empty to keep nothing.
        verification: The folder with the results of checks, which are published as
            ``verification.json``. Empty to publish none.
        notebooks: Whether the outputs of the notebooks in the folder of the pages are recordings.
            If not, notebooks are left to other plugins.
    """

    snippets: str = "snippets"
    recordings: Policy = "optional"
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
            RunnableError: An option is unknown, or has a value of the wrong type.
        """
        known = {field.name: field for field in fields(cls)}
        for name, value in given.items():
            if name not in known:
                raise RunnableError(f"unknown option '{name}'.{nearest(name, known)}")
            if name == "notebooks" and isinstance(value, str):
                raise RunnableError(_NOTEBOOKS_MOVED.format(value))
            kind, what = (bool, "true or false") if known[name].type is bool else (str, "a text")
            if not isinstance(value, kind):
                raise RunnableError(f"{name}: expected {what}, but received: {value!r}.")
        options = cls(**given)
        parse_policy(options.recordings)
        return options


def parse_policy(value: Any) -> Policy:
    """Read the option ``recordings``.

    Raises:
        RunnableError: The value is neither ``required`` nor ``optional``.
    """
    for policy in _POLICIES:
        if value == policy:
            return policy
    expected = " or ".join(map(repr, _POLICIES))
    raise RunnableError(f"recordings: expected {expected}, but received: {value!r}.")
