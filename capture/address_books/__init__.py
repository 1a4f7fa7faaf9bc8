"""Address books on a server, read over CardDAV (RFC 6352) as a synced source of contacts."""
