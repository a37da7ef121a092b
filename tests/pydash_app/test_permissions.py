"""What belongs to an account is nobody else's."""

import pytest

from pydash_app.channel.entity import Channel
from pydash_app.dashboard.entity import Dashboard
from pydash_app.permissions import Action, may
from pydash_app.time_slice import Content, TimeSlice
from pydash_app.user.entity import User
from tests.pydash_app.channel.conftest import START


@pytest.mark.parametrize("action", Action)
def test_only_the_owner_may_read_and_change(action: Action, alice: User, bob: User) -> None:
    dashboard = Dashboard("https://a", "t", alice.id)
    time_slice = TimeSlice(alice.id, dashboard.id, Content(), None, START)
    for thing in (dashboard, Channel(alice.id, "", "mail", {}, START), time_slice):
        assert may(alice, action, thing)
        assert not may(bob, action, thing)
