"""Joins the rooms: the one place that names every adapter; only the command line imports it."""
