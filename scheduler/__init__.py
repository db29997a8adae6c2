"""When we speak first: due work, the ticker and the sender."""
