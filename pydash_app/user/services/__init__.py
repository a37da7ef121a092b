"""The services of users: operations that involve storage, mails or several entities.

All run inside the caller's `pydash_database.transact` unless they state otherwise.
"""
