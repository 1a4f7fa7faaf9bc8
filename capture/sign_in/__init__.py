"""Signing in at Microsoft and Google by OAuth, with the providers' own clients, imported late."""
