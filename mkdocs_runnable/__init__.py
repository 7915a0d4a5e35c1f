"""Publishes tested Python snippets on a documentation site, where readers run them.

Only :mod:`mkdocs_runnable.site.plugin` depends on MkDocs. The other modules need only Python and
Python-Markdown.
"""
