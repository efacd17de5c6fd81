"""What is said in threads with people, and what they think of answers, for a while."""
