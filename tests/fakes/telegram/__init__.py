"""A loopback stand-in for Telegram's Bot API: real HTTP, people who type, faults on demand, limits watched."""
