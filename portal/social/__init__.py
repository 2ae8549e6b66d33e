"""Social: posts that are written once and published on several networks, by connector or by a person who is reminded."""
