"""Whom we talk to: platforms, databases and the web."""
