"""Logging: the class `Logger`, and the configuration of a process."""

from pydash_logger.logger import Logger, configure

__all__ = ["Logger", "configure"]
