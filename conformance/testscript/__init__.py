"""Runs TestScript resources against a server, and writes a TestReport of each."""
