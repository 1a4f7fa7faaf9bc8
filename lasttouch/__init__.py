"""The agent: configuration, one poll end to end, and the views people and programs see."""
