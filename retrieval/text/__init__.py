"""Text as retrieval compares it: one tokeniser, one normal form, sentences, language."""
