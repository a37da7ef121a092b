"""What the tests of users share: registering, the mails that wait, refusals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from pydash_app import configuration as configurations
from pydash_app import outbox
from pydash_app.configuration import Configuration
from pydash_app.errors import InvalidInput
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user.entity import User
from pydash_app.user.services import registration
from pydash_database import transact

PASSWORD = "correct horse battery staple"


class Register(Protocol):
    def __call__(self, name: str = "Alice", invitation: str | None = None) -> User: ...


@pytest.fixture
def register(database: None) -> Register:
    """Register a user through the service."""

    def register(name: str = "Alice", invitation: str | None = None) -> User:
        mail = f"{name.strip().lower()}@example.com"
        return transact(lambda: registration.register(name, PASSWORD, mail, invitation))

    return register


@pytest.fixture
def waiting_mails(database: None) -> Callable[[], list[OutgoingMail]]:
    """Return the mails in the outbox."""
    far_off = datetime.now(UTC) + timedelta(days=1)
    return lambda: transact(lambda: outbox.repository.due(far_off, 100))


@pytest.fixture
def code_in() -> Callable[[OutgoingMail], str]:
    """Return the code in the link of a mail."""
    return lambda mail: str(mail.plain).partition("http")[2].split()[0].rpartition("/")[2]


@pytest.fixture
def reasons_for(database: None) -> Callable[[str, Callable[[], Any]], list[str]]:
    """Return the reasons why one field was refused."""

    def reasons_for(field: str, work: Callable[[], Any]) -> list[str]:
        with pytest.raises(InvalidInput) as refusal:
            transact(work)
        assert set(refusal.value.errors) == {field}
        return refusal.value.errors[field]

    return reasons_for


@pytest.fixture
def use_settings(configuration: Configuration, database: None) -> Callable[..., None]:
    """Change settings of the process for one test."""
    return lambda **changes: configurations.install(configuration.model_copy(update=changes))
