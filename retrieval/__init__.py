"""Question to cited answer: corpus, indexes, search, screening, answers, evaluation. Knows no Slack, parses no file."""
