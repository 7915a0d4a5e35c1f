"""Publishes tested Python snippets on a documentation site, where readers run them.

Only :mod:`mkdocs_runnable.site.plugin` knows MkDocs; the rest is plain Python and Python-Markdown.
"""
