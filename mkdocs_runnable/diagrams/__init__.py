"""Diagrams: SVG files that become part of a page, so that they follow its light or dark theme.

A paragraph that is one image marked ``{ .diagram }`` becomes a figure:

.. code-block:: markdown

    ![Two tasks take turns in one thread.](../diagrams/turns.svg){ .diagram }

:mod:`~mkdocs_runnable.diagrams.drawing` reads and checks the files;
:mod:`~mkdocs_runnable.diagrams.markdown` is the Python-Markdown extension
``mkdocs_runnable.diagrams``.
"""

from typing import Any

from mkdocs_runnable.diagrams.markdown import DiagramsExtension


def makeExtension(**options: Any) -> DiagramsExtension:  # noqa: N802 - Python-Markdown's name
    """Return the extension; Python-Markdown calls this for ``mkdocs_runnable.diagrams``."""
    return DiagramsExtension(**options)
