"""What a person may decide about their own data: consents, reading, export, erasure."""
