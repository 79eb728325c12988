"""The front door: the public API, the command line, the demonstration."""
