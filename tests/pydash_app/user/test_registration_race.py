"""Two who want the same name at the same moment: one gets it, on a real ZEO server."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.errors import Conflict
from pydash_app.user import repository
from pydash_app.user.services import registration
from pydash_database import transact

PASSWORD = "correct horse battery staple"


@pytest.mark.usefixtures("zeo_database")
def test_only_one_of_several_concurrent_registrations_gets_the_name() -> None:
    contestants = 4
    # All have registered in their own view of the database before anybody commits.
    photo_finish = threading.Barrier(contestants)

    def register(mail: str) -> bool:
        first_attempt = [True]

        def work() -> None:
            registration.register("Alice", PASSWORD, mail)
            if first_attempt:
                first_attempt.clear()
                photo_finish.wait()

        try:
            transact(work)
        except Conflict:
            return False
        return True

    mails = [f"{number}@example.com" for number in range(contestants)]
    with ThreadPoolExecutor(contestants) as pool:
        won = list(pool.map(register, mails))
    assert sorted(won) == [False, False, False, True]
    (alice,) = transact(lambda: list(repository.all()))
    assert transact(lambda: alice.mail) == mails[won.index(True)]


def test_an_account_survives_the_process_that_created_it(zeo_database: Configuration) -> None:
    transact(lambda: registration.create("Alice", PASSWORD, "alice@example.com"))
    pydash_database.close()
    found = transact(lambda: repository.find_by_name("alice"))
    assert found is not None
    assert found.check_password(PASSWORD)
