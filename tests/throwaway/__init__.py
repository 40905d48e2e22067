"""A kind of record that exists only in tests: all it takes is this folder, no shared file knows it."""
