"""What only this guide has: its tables, and the chess exhibition."""
