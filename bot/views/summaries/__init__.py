"""A summary that a model worded, from the quotes of an answer."""
