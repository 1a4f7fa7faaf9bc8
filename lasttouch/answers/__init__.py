"""Questions that are asked of the log, and what answers them."""
