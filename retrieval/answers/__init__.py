"""Passages to an answer in their own sentences, or an honest word that there is none."""
