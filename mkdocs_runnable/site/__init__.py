"""The site as a whole: the MkDocs plugin, text editions, links and notebooks."""
