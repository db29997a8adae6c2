"""What we say: scripts, words and the tools that read them."""
