"""What belongs to this guide and not to the engine: its tables, scripts and styles."""
