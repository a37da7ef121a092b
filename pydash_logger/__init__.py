"""Logging: one class, `pydash_logger.logger.Logger`, and where its messages go."""

from pydash_logger.logger import Logger, configure

__all__ = ["Logger", "configure"]
