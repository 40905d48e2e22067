"""Linked data: the vocabularies, the catalogue, and what leads from each record."""
