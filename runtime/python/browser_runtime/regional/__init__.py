"""What depends on where a reader lives: time zones, and locales, which say how to write numbers."""
