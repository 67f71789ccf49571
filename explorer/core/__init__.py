"""Arrays in, arrays out: no Qt, no threads, no global state, no printing. Read ``pipeline.py`` first."""
