"""The groups of commands below `handrail`."""
