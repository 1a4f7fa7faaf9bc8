"""What `lasttouch doctor` looks at; nothing here changes anything."""
