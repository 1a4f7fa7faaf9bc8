"""lasttouch worker: one of any number, on whatever hosts, that keep a log in PostgreSQL up to date."""
