"""What we decide: the pure core, and the one module that runs a turn."""
