"""Hooks of MkDocs: publish the scripts of this guide beside those of the engine."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Add the bundled custom elements of the guide, as ``guide/…``."""
    built = Path(config.config_file_path).parent / "build" / "guide"
    scripts = sorted(built.glob("*.js"))
    if not scripts:
        raise PluginError(
            "There are no scripts in build/guide. Run `make build`, which builds them."
        )
    for script in scripts:
        files.append(File.generated(config, f"guide/{script.name}", abs_src_path=str(script)))
