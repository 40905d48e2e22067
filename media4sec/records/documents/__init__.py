"""A record as a document: one shape for fixture, import, export, revision and (resolved) API answer.

A shape is a DRF serializer. Reading gives the working document, in which another record is named by its identifier
(or ``kind:identifier`` where any kind may be named). Writing happens in two steps, so that records may name each
other: first what is in the record's own row, then everything that links.
"""
