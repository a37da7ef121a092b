"""No two clients of a database use the same object id, even if its server was killed."""

from typing import Any

import pytest

from pydash_database import storages
from tests.support.waiting import wait_for


@pytest.fixture
def clients(own_zeo_server: Any) -> Any:
    """Two clients, of which the first has reserved ids."""
    opened = [storages.open_storage(own_zeo_server.uri) for _ in range(2)]
    opened[0].new_oid()
    yield opened
    for client in opened:
        client.close()


def test_ids_reserved_before_the_server_was_killed_are_not_used(
    own_zeo_server: Any, clients: list[Any]
) -> None:
    own_zeo_server.kill()
    wait_for(lambda: not any(client.is_connected() for client in clients))
    own_zeo_server.start()
    wait_for(lambda: all(client.is_connected() for client in clients))
    # The second client first: the server would hand out again what the first one has reserved.
    ids = [client.new_oid() for client in reversed(clients) for _ in range(150)]
    assert len(set(ids)) == len(ids)


def test_ids_reserved_while_the_connection_is_lost_are_not_used(
    clients: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, real_call = clients[0], clients[0]._call
    outdated = [b"outdat%02d" % number for number in range(100)]

    def lose_connection(method: str, *args: Any, **options: Any) -> Any:
        monkeypatch.setattr(client, "_call", real_call)
        client.notify_disconnected()
        return outdated

    client._oids = []
    monkeypatch.setattr(client, "_call", lose_connection)
    assert not {client.new_oid() for _ in range(120)} & set(outdated)
