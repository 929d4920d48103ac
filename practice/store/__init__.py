"""Resources, their versions and change numbers, in one database."""
