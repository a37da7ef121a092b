"""The data cube: all calls of a dashboard, stored so that queries of any shape are fast.

Calls are added in columns (`CallBatch`) to a `Cube`; `compute` returns the result of a `Query`. The
package knows NumPy, Zstandard and `persistent`, and nothing of PyDash.
"""
