"""The REST API: lists, records, what is beside them, values of filters, search, changes."""
