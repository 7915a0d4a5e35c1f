"""Tests of finding a project, and of reading the options in its configuration."""

from pathlib import Path

import pytest

from mkdocs_runnable import parts
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.options import Options
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY


def configure(folder: Path, text: str) -> None:
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")


def test_a_project_is_found_from_any_folder_inside(tmp_path: Path) -> None:
    configure(tmp_path, "site_name: Tea\nplugins:\n  - runnable:\n      snippets: docs_src\n")
    inside = tmp_path / "docs_src" / "tea"
    inside.mkdir(parents=True)
    project = Project.find(inside)
    assert (project.root, project.name) == (tmp_path, "Tea")
    assert project.library.root == tmp_path / "docs_src"


def test_a_folder_of_snippets_is_enough_for_a_project(tmp_path: Path) -> None:
    (tmp_path / "snippets" / "tea").mkdir(parents=True)
    project = Project.find(tmp_path / "snippets" / "tea")
    assert (project.root, project.options) == (tmp_path, Options())


def test_a_file_that_is_called_snippets_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "snippets").write_text("")
    with pytest.raises(RunnableError, match=r"is not in a project"):
        Project.find(tmp_path)


def test_outside_of_a_project_the_error_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match=r"neither this folder nor one above it contains"):
        Project.find(tmp_path)


@pytest.mark.parametrize(
    "plugins",
    [
        "[search, runnable: {snippets: programs}]",
        "{search: {}, runnable: {snippets: programs}}",
        "\n  - runnable:\n      enabled: true\n      snippets: !ENV [NO_SUCH_NAME, programs]",
    ],
)
def test_each_form_of_the_configuration_is_read(tmp_path: Path, plugins: str) -> None:
    configure(tmp_path, f"plugins: {plugins}\ndocs_dir: pages\nsite_dir: public\n")
    project = Project.at(tmp_path)
    assert project.library.root == tmp_path / "programs"
    assert (project.docs, project.site) == (tmp_path / "pages", tmp_path / "public")


def test_yaml_tags_in_the_options_of_other_plugins_are_ignored(tmp_path: Path) -> None:
    configure(
        tmp_path,
        "markdown_extensions:\n"
        "  - pymdownx.emoji:\n"
        "      emoji_index: !!python/name:no_such_module.twemoji\n"
        "      base_path: !relative $config_dir\n"
        "  - mkdocs_runnable.tables:\n"
        "      tables: {prices.toml: our.prices:table}\n"
        "plugins: [runnable]\n",
    )
    project = Project.at(tmp_path)
    assert project.options == Options()
    assert project.tables == {"prices.toml": "our.prices:table"}


def test_an_inherited_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("plugins: {runnable: {snippets: programs}}\n")
    configure(tmp_path, "INHERIT: base.yml\nsite_name: Tea\n")
    assert Project.at(tmp_path).library.root == tmp_path / "programs"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "plugins: [runnable: {snippet: a}]",
            "mkdocs.yml: plugin 'runnable': unknown option 'snippet'. Did you mean 'snippets'?",
        ),
        ("plugins: [", "mkdocs.yml cannot be read: "),
        ("- a\n- b\n", "mkdocs.yml: expected a mapping, such as `site_name: …`."),
    ],
)
def test_a_wrong_configuration_is_explained(tmp_path: Path, text: str, message: str) -> None:
    configure(tmp_path, text)
    with pytest.raises(RunnableError) as caught:
        Project.find(tmp_path)
    assert str(caught.value).startswith(message)


def test_the_runtime_is_that_of_the_package_unless_the_project_has_its_own(tmp_path: Path) -> None:
    assert Project.at(tmp_path).runtime == parts.browser_runtime()
    configure(tmp_path, "plugins: [runnable: {runtime: ours}]")
    with pytest.raises(RunnableError, match="there is no folder 'ours'"):
        _ = Project.at(tmp_path).runtime
    (tmp_path / "ours").mkdir()
    assert Project.at(tmp_path).runtime == tmp_path / "ours"


def test_this_repository_keeps_the_results_of_checks_beside_its_other_built_files() -> None:
    project = Project.at(REPOSITORY)
    assert project.verification == REPOSITORY / "build" / "verification"
