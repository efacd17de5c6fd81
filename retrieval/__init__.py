"""Question to cited answer: indexes, fusion, answering, grounding, evaluation. Knows no Slack and parses no file."""
