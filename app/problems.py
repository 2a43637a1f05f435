"""What a command says when it cannot go on."""


class Problem(Exception):
    """One line for stderr; the command ends with 1."""
