"""Telegram: messages in from a Bot API server, messages out to it."""
