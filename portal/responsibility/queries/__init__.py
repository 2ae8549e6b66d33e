"""What is known about care and responsibility."""
