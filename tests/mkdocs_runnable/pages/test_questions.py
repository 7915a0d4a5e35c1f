"""Tests of questions above a snippet, as the Markdown extension makes them."""

import pytest
from markdown import Markdown

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.markdown import RunnableExtension
from mkdocs_runnable.recording.recordings import Origin, Origins
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

LINK = "[snippets/tea/pot.py](../../snippets/tea/pot.py){ .runnable }"
CUP = "[snippets/tea/cup.py](../../snippets/tea/cup.py){ .runnable }"
ASKED = "1. *hot* { when='^hot' }\n2. `cold` { when='^co\\w+' }\n"


@pytest.fixture(autouse=True)
def snippets(library: Library, add_snippet: AddSnippet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.root.parent)
    add_snippet("tea/pot", "print('hot')\n", "hot\n")
    header = "# /// script\n# [tool.runnable]\n# native = 'It whistles.'\n# ///\n"
    add_snippet("tea/cup", f"{header}print('took 1.2 s')\n", "took 1.2 s\n")


def convert(text: str) -> str:
    extension = RunnableExtension(page=PageContext(path="tutorials/tea.md"))
    return Markdown(extensions=[extension, "md_in_html", "pymdownx.details"]).convert(text)


def question(html: str) -> str:
    """Return the HTML of the first question in a page."""
    _, start, rest = html.partition("<predict-question ")
    return start + rest.partition("</predict-question>")[0]


def test_a_question_contains_its_answers_as_a_list() -> None:
    html = question(convert(f"Warm?\n\n{ASKED}\n{LINK}\n"))
    assert html.splitlines() == [
        '<predict-question data-for="tea-pot" data-recorded="1">',
        "<fieldset>",
        "<legend>Predict</legend>",
        "<ol>",
        '<li data-when="^hot"><em>hot</em></li>',
        r'<li data-when="^co\w+"><code>cold</code></li>',
        "</ol>",
        "</fieldset>",
    ]


def test_the_program_is_followed_by_the_answer_of_the_recording() -> None:
    html = convert(f"{ASKED}\n{LINK}\n\nText.")
    assert '<div class="predict-program">\n<runnable-snippet id="tea-pot"' in html
    assert html.endswith(
        "</runnable-snippet>\n"
        '<p class="predict-result">The run matches answer 1.</p>\n</div>\n<p>Text.</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{ASKED}\nMore words.\n\n{LINK}\n",
        f"{ASKED}\n<details markdown='1'>\n<summary>Run it</summary>\n\n{LINK}\n\n</details>\n",
        f"{ASKED}\n??? note\n\n    {LINK}\n",
        f'<div markdown="1">\n\n{ASKED}\n</div>\n\n{LINK}\n',
        ASKED.replace("\n2", "\n\n2") + f"\n{LINK}\n",
        ASKED.replace("*hot*", "*hot*\n   as ever") + f"\n{LINK}\n",
    ],
)
def test_the_next_snippet_answers_a_question(text: str) -> None:
    html = question(convert(text))
    assert html.startswith('<predict-question data-for="tea-pot"')
    assert html.count("<li data-when=") == 2
    assert "<p>" not in html


def test_each_snippet_can_answer_a_question() -> None:
    timed = "1. soon { when='took (.*) s' below=1 }\n2. late { when='took (.*) s' above=1.0 }\n"
    html = convert(f"{ASKED}\n{LINK}\n\n{timed}\n{CUP}\n")
    assert html.count("<predict-question ") == 2
    assert 'data-for="tea-cup" data-recorded="2"' in html
    assert '<li data-above="1" data-when="took (.*) s">late</li>' in html


@pytest.mark.parametrize(
    "text",
    [f"1. one\n2. two\n\n{LINK}\n", f"```\n{ASKED}\n```\n\n{LINK}\n", f"{LINK}\n\n1. one\n"],
)
def test_other_lists_are_not_questions(text: str) -> None:
    assert "predict" not in convert(text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"{ASKED}\n", 3, "this question needs a snippet below it that answers it."),
        (f"{LINK}\n\n{ASKED}\n", 5, "this question needs a snippet below it that answers it."),
        (f"{ASKED}\nText.\n\n{ASKED}\n{LINK}\n", 3, "this question needs a snippet below it"),
        (f"1. hot {{ when='^hot' }}\n\n{LINK}\n", 3, "a question needs at least two answers."),
        (f"{ASKED}3. tepid\n\n{LINK}\n", 3, "answer 3 needs a condition, such as { when='…' }."),
        (f"{ASKED}3. tepid {{ when='(' }}\n\n{LINK}\n", 5, "when='(' is not a regular "),
        (f"{ASKED}3. tepid {{ when='t' near=1 }}\n\n{LINK}\n", 5, "unknown option 'near'."),
        (f"{ASKED}3. tea {{ when='h' }}\n\n{LINK}\n", 3, "answers 1 and 3 match the recorded "
         "output of tea/pot.py. Expected exactly one."),
        (f"{ASKED}\n{CUP}\n", 3, "no answer matches the recorded output of tea/cup.py."),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        convert(f"# Tea\n\n{text}")
    assert str(caught.value).startswith(f"docs/tutorials/tea.md:{line}: {message}")


def test_without_a_recording_only_the_reader_can_find_the_answer(library: Library) -> None:
    library.path("tea/pot").with_suffix(".out").unlink()
    html = convert(f"{ASKED}\n{LINK}\n")
    assert question(html).startswith('<predict-question data-for="tea-pot">\n<fieldset>')
    assert question(html).count("<li data-when=") == 2
    assert "Not recorded yet." in html
    assert html.endswith('</runnable-snippet>\n<p class="predict-result"></p>\n</div>')


def test_a_question_that_nothing_can_answer_stays_a_list(library: Library) -> None:
    library.path("tea/cup").with_suffix(".out").unlink()
    html = convert(f"{ASKED}\n{CUP}\n")
    assert html.startswith("<ol>\n<li><em>hot</em></li>\n<li><code>cold</code></li>\n</ol>\n")
    assert "predict" not in html


def test_an_outdated_recording_gives_the_answer_only_if_an_answer_matches(library: Library) -> None:
    origins = Origins(library.root)
    # The recording was made with another version of the program, whose hash differs.
    origins.set("tea/pot", Origin("CPython 3.13", "0" * 12))
    origins.save(library.names())
    assert 'data-recorded="1"' in question(convert(f"{ASKED}\n{LINK}\n"))
    assert "data-recorded" not in convert(f"{ASKED.replace('^hot', '^boiling')}\n{LINK}\n")
