"""The back-office: what the admin of every kind shares, and the pages for sources, tags and all records."""

from media4sec.records.admin import hints, lists, shared, trail  # these register their pages

__all__ = ["hints", "lists", "shared", "trail"]
