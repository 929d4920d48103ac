"""Speed and memory: measured, printed, kept in docs/performance.md, never asserted."""
