"""What goes in and out of the API: each request is validated by its model, each answer is one.

The OpenAPI document is made from these same classes, so it cannot say anything else.
"""
