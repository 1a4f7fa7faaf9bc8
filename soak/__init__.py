"""Months in minutes: the daemon among failing servers, beside a model that knows what really happened."""
