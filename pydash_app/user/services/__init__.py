"""Contains services for the 'User' concern.

These are things that use or manipulate 'User' entities to perform tasks, where these tasks are
either too complex to put in the User Entity, or where these are heavily interacting with outside
logic that the business domain entity should not concern itself with directly.

All run inside the caller's `pydash_database.transact`, unless they say otherwise.
"""
