"""The on-call side: pages that go out, and what staff ask for and get."""
