"""A Word document taken apart: paragraphs, styles, tables."""
