"""How worrying is a reply: rules, lexicon, mood and conversation, all of it pure."""
