"""The request and response models of the API.

The OpenAPI document is generated from them, so it cannot differ from what the API accepts.
"""
