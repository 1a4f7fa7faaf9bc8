"""From a source to the log: one pass, over one source or over all."""
