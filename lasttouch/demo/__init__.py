"""A little world to look around in, on real servers of its own, read and answered as any other."""
