"""Mail templates, and sending."""
