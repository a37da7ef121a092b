"""The HTTP layer: server, proxies, headers, sessions, rate limits, metrics and pages."""
