"""One module per action: it calls `pydash_app` and returns the response's model."""
