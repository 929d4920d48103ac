"""Pictures, rules and texts that ship with the programs."""
