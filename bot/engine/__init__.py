"""The engine: a person's place in a flow and what happened give the next place and what to say."""
