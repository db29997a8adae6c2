"""The person's side of a talk with the bot."""
