"""Tests of the options of a project: their defaults, and the messages about wrong options."""

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.options import Options


def test_the_versions_of_libraries_are_brought_into_one_notation() -> None:
    options = Options.of({"dependencies": ["FastAPI", "httpx >=0.28, <1"]})
    assert options.dependencies == ("FastAPI", "httpx<1,>=0.28")


def test_a_project_can_leave_all_options_out() -> None:
    assert Options.of({}) == Options(snippets="snippets", recordings="optional")


def test_options_replace_their_defaults() -> None:
    options = Options.of({"snippets": "docs_src", "text_editions": True})
    assert (options.snippets, options.text_editions) == ("docs_src", True)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("snippet", "docs_src", "unknown option 'snippet'. Did you mean 'snippets'?"),
        ("snippets", ["a", "b"], "snippets: expected a text, but received: ['a', 'b']."),
        ("snippets", None, "snippets: expected a text, but received: None."),
        ("text_editions", "yes", "text_editions: expected true or false, but received: 'yes'."),
        (
            "notebooks",
            "build/notebooks",
            "notebooks: expected true or false, but received: 'build/notebooks'. There is no "
            "folder of executed notebooks any more, because `python -m mkdocs_runnable record` "
            "saves the outputs in the notebooks themselves. Write `notebooks: true`, record them, "
            "and commit them.",
        ),
        ("notebooks", 1, "notebooks: expected true or false, but received: 1."),
        (
            "dependencies",
            "fastapi",
            "dependencies: expected a list of libraries, such as [fastapi, httpx], "
            "but received: 'fastapi'.",
        ),
        (
            "dependencies",
            ["fastapi", 3],
            "dependencies: expected a list of libraries, such as [fastapi, httpx], "
            "but received: ['fastapi', 3].",
        ),
        (
            "dependencies",
            ["fast api"],
            "dependencies: expected the name of a library, such as 'httpx' or 'httpx>=0.28', "
            "but received: 'fast api'.",
        ),
        (
            "dependencies",
            ["fastapi[standard]>=0.115"],
            "dependencies: 'fastapi[standard]>=0.115' cannot be declared, because the browser does "
            "not support extras. Write 'fastapi>=0.115' instead.",
        ),
        (
            "dependencies",
            ["httpx; python_version > '3'"],
            "dependencies: \"httpx; python_version > '3'\" cannot be declared, because the browser "
            "does not support conditions. Write 'httpx' instead.",
        ),
        (
            "dependencies",
            ["httpx", "HTTPX>=0.28"],
            "dependencies: 'httpx' is listed twice. List it once.",
        ),
        (
            "recordings",
            "never",
            "recordings: expected 'required' or 'optional', but received: 'never'.",
        ),
    ],
)
def test_a_wrong_option_is_explained(name: str, value: object, message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        Options.of({name: value})
    assert str(caught.value) == message
