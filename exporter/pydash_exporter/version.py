"""The version of the exporter, as reported in the details."""

__version__ = "2.0.0"
