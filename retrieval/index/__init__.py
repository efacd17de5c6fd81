"""Index generations: built aside from SQL, probed, published by one row, never written again."""
