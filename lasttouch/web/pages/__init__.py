"""A module for each page, or for a few that are alike: its routes, and what its template is given."""
