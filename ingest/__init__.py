"""Documents to passages: readers, structure, sync, and the starter guidance that ships with the product."""
