"""Plausible slips of one line, each with the tests that must notice it: ``make slips``."""
