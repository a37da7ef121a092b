"""Notifications: what a message is, and how each kind of channel sends it.

Nothing here knows of users, dashboards or the database.
"""
