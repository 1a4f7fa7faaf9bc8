"""The way to the terminal: options, forms, tables, progress, and streams that a shell may have
closed."""
