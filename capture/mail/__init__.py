"""Mail over IMAP: connection, mailboxes, the fetch hot path, and headers to envelopes."""
