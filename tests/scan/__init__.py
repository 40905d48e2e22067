"""Scanners of others over the code and over a server that is started for them, on this machine only."""
