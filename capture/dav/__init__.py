"""What CalDAV (RFC 4791) and CardDAV (RFC 6352) have in common: how a server is spoken to and what
is new on it."""
