"""Having the system start the daemon: what is written and what is run, as values first."""
