"""How it is said on the wire. No Qt; runs on the network thread."""
