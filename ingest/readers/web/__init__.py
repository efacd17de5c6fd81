"""A page of the web taken apart: its tree, its main text, its tables, what it says of itself."""
