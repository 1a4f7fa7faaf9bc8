"""The nouns of lasttouch: pure values, no I/O, importable by every room."""
