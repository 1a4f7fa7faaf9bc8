"""The ways out: programs and services that are told of dates."""
