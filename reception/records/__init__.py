"""What the desk talks about: frozen views that keep their raw JSON."""
