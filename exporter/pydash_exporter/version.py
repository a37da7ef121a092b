"""The version that the exporter tells its readers."""

__version__ = "1.0.0"
