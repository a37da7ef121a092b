"""Formats and sends mails."""
