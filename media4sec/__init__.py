"""The MEDI@4SEC knowledge base: machinery that knows what a record is, and nothing of any one subject."""
