"""Finding the servers of a mail address, with nothing secret at hand."""
