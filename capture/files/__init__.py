"""Files and folders as a source: mbox, Maildir, .eml and .ics. Nothing in them is ever changed."""
