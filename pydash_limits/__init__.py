"""Limits that several processes of one machine share, kept in the memory of one of them.

A client sends one line of JSON over a connection of its own to a Unix socket:

- `{"hit": "login/Alice", "maximum": 10, "seconds": 600}` counts an event. The response is
  `{"wait": 0}`, or if there were as many in this time already, the seconds until the next is
  allowed;
- `{"slot": "queries", "account": "Alice", "running": 1, "admitted": 6, "total": 4}` waits until it
  may do something. The response is `{"admitted": false}` if as many of the account run or wait
  already. Otherwise it is `{"admitted": true}`, followed by `{"granted": true}` as soon as fewer
  than `running` of the account and `total` of all run. Closing the connection gives the place to
  another one, so a process that is killed keeps none.

`RedisClient` gives the same places to the processes of several machines.
"""

from pydash_limits.client import Client, Unavailable
from pydash_limits.redis_client import RedisClient
from pydash_limits.server import serve

__all__ = ["Client", "RedisClient", "Unavailable", "serve"]
