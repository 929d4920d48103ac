"""What stops a command, as one sentence for the person who typed it."""


class Trouble(Exception):
    """A command cannot go on; the message is one plain sentence, shown without a traceback."""
