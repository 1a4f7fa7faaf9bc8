"""What changes the log besides reading sources: contacts, own words, forgetting, meetings; each
within the lock."""
