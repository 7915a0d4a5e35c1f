"""Snippets: their files, their headers and the links that name them."""
