"""The site as a whole: the MkDocs plugin, text editions and link checks."""
