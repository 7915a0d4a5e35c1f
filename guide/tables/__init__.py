"""The tables of this guide: claims, choices, the API by version, and all programs."""
