"""Setting up an account: what `lasttouch init` does between its questions."""
