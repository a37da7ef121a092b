"""The data cube: every call of a dashboard, stored so that questions of any shape cost little.

Calls are added in columns (`CallBatch`) to a `Cube`; `compute` answers a `Query`. The package knows
NumPy, Zstandard and `persistent`, and nothing of PyDash.
"""
