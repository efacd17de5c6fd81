"""What is said in threads with people: their turns, for a while."""
