"""Hooks of MkDocs: publish the scripts and styles of this guide beside those of the engine."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Add the bundled custom elements and the additions to the theme, as ``guide/…``."""
    built = Path(config.config_file_path).parent / "build" / "guide"
    bundled = sorted([*built.glob("*.js"), *built.glob("*.css")])
    if not bundled:
        raise PluginError(
            "There are no scripts in build/guide. Run `make build`, which builds them."
        )
    for file in bundled:
        files.append(File.generated(config, f"guide/{file.name}", abs_src_path=str(file)))
