"""The tour: the real program driven through a Monday morning, with a picture of every step."""
