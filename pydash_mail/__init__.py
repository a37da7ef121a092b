"""Mail: the texts, and sending them."""
