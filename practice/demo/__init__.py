"""An invented practice, and patients who behave like a Monday."""
