"""The page: the log in a browser, and what else is asked over HTTP."""
