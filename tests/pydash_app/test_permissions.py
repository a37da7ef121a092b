"""What belongs to an account is nobody else's."""

import pytest

from pydash_app.channel.entity import Channel
from pydash_app.dashboard.entity import Dashboard
from pydash_app.permissions import Action, may
from pydash_app.user.entity import User
from tests.pydash_app.channel.conftest import START


@pytest.mark.parametrize("action", Action)
def test_only_the_owner_may_read_and_change(action: Action, alice: User, bob: User) -> None:
    for thing in (Dashboard("https://a", "t", alice.id), Channel(alice.id, "", "mail", {}, START)):
        assert may(alice, action, thing)
        assert not may(bob, action, thing)
