"""The desktop client of reception."""
