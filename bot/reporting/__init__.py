"""Reports about work conditions for an organisation: groups of people, never a person."""
