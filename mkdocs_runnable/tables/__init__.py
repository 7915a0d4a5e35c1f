"""Tables made from data files. The HTML is complete; a script in the page adds search and filters.

A paragraph that consists of a link to a data file, marked ``{ .data-table }``, becomes the table:

.. code-block:: markdown

    [prices.toml](prices.toml){ .data-table }

:mod:`~mkdocs_runnable.tables.markdown` is the Python-Markdown extension ``mkdocs_runnable.tables``.
"""

from typing import Any

from mkdocs_runnable.tables.markdown import TablesExtension


def makeExtension(**options: Any) -> TablesExtension:  # noqa: N802 - Python-Markdown's name
    """Return the extension; Python-Markdown calls this for ``mkdocs_runnable.tables``."""
    return TablesExtension(**options)
