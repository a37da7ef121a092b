"""Text in cells of spreadsheets."""

import re

# The start of a formula in a spreadsheet, in all widths and positions, also after white space.
# Where a comma is the decimal separator, a cell also begins after a semicolon.
_FORMULA = re.compile(r"(?:^|(?<=;))(?=\s*[=＝﹦⁼₌+＋﹢⁺₊\-－﹣⁻₋−@＠﹫])|^(?=[\t\r\n])")


def cell(text: str) -> str:
    """Prevent spreadsheets from running someone's text as a formula (CWE-1236).

    >>> cell("=1+1")
    "'=1+1"
    """
    return _FORMULA.sub("'", text)
