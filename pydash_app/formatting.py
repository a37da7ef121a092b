"""Values as the pages write them, for texts."""


def format_value(value: float) -> str:
    """Return a value with three digits, or as a whole number.

    >>> format_value(0.12345), format_value(12.345), format_value(1234567.8)
    ('0.123', '12.3', '1,234,568')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
