"""The domain's words: plain values that every room may hold (docs/glossary.md explains each)."""
