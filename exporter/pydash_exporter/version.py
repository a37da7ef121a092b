"""The version of the exporter, as reported in the details."""

__version__ = "1.2.0"
