"""What a practice permits."""
