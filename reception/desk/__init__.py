"""What is true now and what one can do about it."""
