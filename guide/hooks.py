"""Hooks that MkDocs calls: they publish the scripts and styles of this guide with the site."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Add the files of build/guide, which guide/browser/build.ts makes, as ``guide/…``."""
    built = Path(config.config_file_path).parent / "build" / "guide"
    bundled = sorted([*built.glob("*.js"), *built.glob("*.css")])
    if not bundled:
        raise PluginError(
            "There are no scripts in build/guide. Run `make build`, which builds them."
        )
    for file in bundled:
        files.append(File.generated(config, f"guide/{file.name}", abs_src_path=str(file)))


def on_page_content(html: str, **_: object) -> str:
    """Leave the lists of sources out of the search, where every page would be found by them.

    The search plugin leaves out elements with this attribute, and then removes the attribute:
    https://squidfunk.github.io/mkdocs-material/setup/setting-up-site-search/#search-exclusion
    """
    return html.replace(
        '<div class="footnote">', '<div class="footnote" data-search-exclude="true">'
    )
