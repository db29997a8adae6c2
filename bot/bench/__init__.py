"""Measurements of our own speed, each beside its floor or its peer."""
