"""Words that every room says the same way."""


def counted(count: int, noun: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> counted(1, "account"), counted(2500, "caller ID")
    ('1 account', '2,500 caller IDs')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
