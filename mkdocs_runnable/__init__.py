"""Publishes tested Python snippets on a documentation site, where readers run them.

Only :mod:`mkdocs_runnable.site.plugin` and its helpers in :mod:`mkdocs_runnable.site.mkdocs_build`
belong to MkDocs. The other modules need only Python, Python-Markdown, and MkDocs's reader of
``mkdocs.yml``.
"""
