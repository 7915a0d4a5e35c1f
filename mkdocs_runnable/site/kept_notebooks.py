"""Keeps, between two builds, the notebooks that mkdocs-jupyter has converted.

mkdocs-jupyter has a cache of its own, but does not use it with a template of the project, because
such a template could read any file. Here, all files in the folder of the template count as
parts of the template.
"""

import itertools
import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from mkdocs_runnable.cache import Cache, hash_of_files
from mkdocs_runnable.site.kept_pages import UnknownError, encoded, installed_packages

# The attribute of a page in which mkdocs-jupyter keeps the function that converts the notebook.
# See `on_pre_page` in https://github.com/danielfrg/mkdocs-jupyter/blob/main/src/mkdocs_jupyter/plugin.py.
_CONVERSION = "_mkdocs_jupyter_content"
_PLUGIN = "mkdocs-jupyter"
# If the folder of the template has more files, it probably contains more than templates. Reading it
# in each build could take long, so nothing is kept then.
_MOST_TEMPLATES = 200


def keep_conversion(page: Page, config: MkDocsConfig, cache: Cache) -> None:
    """Let the result for a notebook come from the cache if everything it depends on is unchanged.

    Nothing changes for a page that mkdocs-jupyter does not convert, without a folder for the cache,
    or if the conversion depends on something that is unknown.

    Args:
        page: The page, on which mkdocs-jupyter has already set the function that converts it.
        config: The configuration.
        cache: Where the converted notebooks are kept.
    """
    convert = getattr(page, _CONVERSION, None)
    plugin = config.plugins.get(_PLUGIN)
    if convert is None or plugin is None or cache.folder is None or not page.file.abs_src_path:
        return
    try:
        settings = _settings(plugin.config, config)
    except UnknownError:
        return
    parts = (page.file.content_bytes, settings, installed_packages())

    def convert_or_take() -> Any:
        return json.loads(cache.text("notebook", parts, lambda: json.dumps(convert())))

    setattr(page, _CONVERSION, convert_or_take)


def _settings(options: Any, config: MkDocsConfig) -> object:
    """Return the settings on which the conversion of all notebooks depends.

    Args:
        options: The options of mkdocs-jupyter.
        config: The configuration of the site.

    Raises:
        UnknownError: The conversion also depends on something else, for example because it runs
            the notebooks, or the folder of the template has too many files.
    """
    if options["execute"] or options["html_exporter_options"]:
        raise UnknownError(_PLUGIN)
    templates = ""
    if template := options["custom_template"]:
        found = (path for path in Path(template).parent.rglob("*") if path.is_file())
        paths = sorted(itertools.islice(found, _MOST_TEMPLATES + 1))
        if len(paths) > _MOST_TEMPLATES:
            raise UnknownError(template)
        templates = hash_of_files(paths) + repr(paths)
    return [encoded(dict(options)), config.theme.name, templates]
