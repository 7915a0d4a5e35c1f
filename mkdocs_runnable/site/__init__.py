"""The site as a whole: the MkDocs plugin, text editions, link checks and notebooks."""
