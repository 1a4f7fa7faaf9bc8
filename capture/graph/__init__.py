"""Mail, calendars and contacts at Microsoft 365, by Microsoft Graph v1.0."""
