"""The activity log: schema, cursors, contacts and queries. The only room with SQL."""
