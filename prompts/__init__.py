"""What is said to a model, as data: versioned templates whose placeholders are checked when they are loaded."""
