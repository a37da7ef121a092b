"""How a request arrives: server, proxies, headers, sessions, rate limits, metrics and pages."""
