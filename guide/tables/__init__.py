"""The tables of this guide: claims, recommendations, the API by version, and all programs."""
