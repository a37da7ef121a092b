"""One module per action, which calls `pydash_app` and returns the response model."""
