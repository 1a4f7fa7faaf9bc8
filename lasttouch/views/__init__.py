"""What people and programs see: rows of the log as plain values. Pure."""
