"""Measurements of the portal with more content than it has; what they found is in docs/performance.md."""
