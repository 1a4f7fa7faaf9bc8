"""What an assistant may ask: six questions, each read-only, their answers without a line that obeys a stranger."""
