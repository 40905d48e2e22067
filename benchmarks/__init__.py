"""Measurements of the portal with more content than it has; what they found stands in docs/performance.md."""
