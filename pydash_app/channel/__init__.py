"""The channels through which accounts are notified.

An alert is put into the queue in the transaction that changes its state (`notify`). The fetcher
groups alerts into messages and delivers these (`send_due`). What is stored is delivered, even if
the fetcher is killed at any time: each message keeps its ID at every attempt.
"""

from pydash_app.channel.queue import messages_about, notify, send_due

__all__ = ["messages_about", "notify", "send_due"]
