"""The data cube, which stores all calls of a dashboard so that queries of any shape are fast.

Calls are added in columns (`CallBatch`) to a `Cube`, and `compute` returns the result of a `Query`.
The package depends on NumPy, Zstandard and `persistent`, and on nothing else of PyDash.
"""
