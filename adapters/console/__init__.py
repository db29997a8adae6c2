"""The terminal: a channel for both sides of a conversation, plain or as a screen."""
