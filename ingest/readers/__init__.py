"""Files to blocks of text with their places: text, Markdown and PDF."""
