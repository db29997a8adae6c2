"""Whom we talk to on Slack: what comes in, what goes out, and the link between."""
