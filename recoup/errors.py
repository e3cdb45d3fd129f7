"""What a person is told when a command cannot do what was asked."""


class Mistake(Exception):
    """The message says what is wrong and what to do; the command ends with exit code 2."""
