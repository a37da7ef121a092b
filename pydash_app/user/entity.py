"""The User entity."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flask_login import UserMixin
from persistent import Persistent

from pydash_app.secrets import hash_code, new_code
from pydash_app.user import passwords
from pydash_app.user.sessions import Sessions
from pydash_app.user.verification_code import LIFETIME, VerificationCode

RESET_CODE_LIFETIME = timedelta(hours=1)
LONGEST_UNVERIFIED = timedelta(days=30)


class User(Persistent, UserMixin):
    """A person with an account.

    The User entity knows about:

    - What properties a User has
    - What functionality makes sense to have this User interact with information from elsewhere.

    It does not know how it is persisted, and does not judge whether a name or a password is a good
    one: that is for the services.

    :param name: by which the user signs in.
    :param password: kept as a hash only.
    :param mail: the e-mail address, not verified yet.

    The User entity checks its parameters on creation:

    >>> User(42, 32, 11)
    Traceback (most recent call last):
    ...
    TypeError: name must be a str, not int
    """

    def __init__(self, name: str, password: str, mail: str) -> None:
        for parameter, value in (("name", name), ("password", password), ("mail", mail)):
            if not isinstance(value, str):
                raise TypeError(f"{parameter} must be a str, not {type(value).__name__}")
        self.id = uuid4()
        self.name = name
        self.mail = mail
        self.pending_mail: str | None = None
        self.registered_at = datetime.now(UTC)
        self.admin = False
        self.play_sounds = True
        self.sessions = Sessions()
        self._verified = False
        self._verification_code: VerificationCode | None = VerificationCode()
        self._password_hash = passwords.hash_password(password)
        self._reset_code_hash: str | None = None
        self._reset_code_expires = self.registered_at

    def get_id(self) -> str:
        """Answer the id as text."""
        return str(self.id)

    def check_password(self, password: str) -> bool:
        """Tell whether this is the user's password."""
        return passwords.verify_password(self._password_hash, password)

    @property
    def password_hash(self) -> str:
        """The hash of the password: another one once the password was changed."""
        return self._password_hash

    def set_password(self, password: str, keep_session: str | None = None) -> None:
        """Change the password, and end what came of the old one.

        That is: sessions, a reset code, and a change of the e-mail address that is under way, for
        whoever stole the old password may have asked for it.

        :param keep_session: the id of a session that goes on.
        """
        self._password_hash = passwords.hash_password(password)
        self._reset_code_hash = None
        self.forget_pending_mail()
        self.sessions.end_all(keep_session)

    def renew_password_hash(self, password: str) -> None:
        """Hash the same password anew if the parameters of the hash are not today's."""
        if passwords.needs_rehash(self._password_hash):
            self._password_hash = passwords.hash_password(password)

    def is_verified(self) -> bool:
        """Tell whether an e-mail address of this user was ever verified."""
        return self._verified

    def may_verify_registration(self) -> bool:
        """Tell whether this User never verified an address, and has time left to do so."""
        return not self._verified and self._time_to_verify() > timedelta(0)

    def generate_new_verification_code(self) -> None:
        """Replace the verification code by a new one, which lives from now on.

        That of a new user lives no longer than `LONGEST_UNVERIFIED` after the registration, for
        anybody can ask for another one again and again, and the name would never be free again.
        """
        lifetime = LIFETIME if self._verified else min(LIFETIME, self._time_to_verify())
        self._verification_code = VerificationCode(lifetime)

    def get_verification_code(self) -> VerificationCode | None:
        """Return this User's verification code.

        `None` if it has expired or this User has nothing to verify (any more).
        """
        return None if self.has_verification_code_expired() else self._verification_code

    def get_verification_code_expiration_date(self) -> datetime | None:
        """Return when this User's verification code expires (UTC).

        `None` if it has already expired or this User has nothing to verify (any more).
        """
        code = self.get_verification_code()
        return code.expiration_date if code else None

    def has_verification_code_expired(self) -> bool:
        """Return a boolean whether this User's verification code has expired, if it has one."""
        return self._verification_code is not None and self._verification_code.is_expired()

    def change_mail(self, mail: str) -> None:
        """Ask for another e-mail address, which counts once it is verified."""
        if self._verified:
            self.pending_mail = mail
        else:
            self.mail = mail
        self.generate_new_verification_code()

    def forget_pending_mail(self) -> None:
        """Stay with the e-mail address that this User has."""
        if self.pending_mail is not None:
            self.pending_mail = self._verification_code = None

    def confirm_mail(self) -> None:
        """Take the address to which the verification code went as the user's own.

        A reset code that went to the old one is void.
        """
        self._reset_code_hash = None
        self.mail = self.pending_mail or self.mail
        self.pending_mail = None
        self._verified = True
        self._verification_code = None

    def new_reset_code(self) -> str:
        """Make a code by which the password can be set anew, once and for an hour.

        The code is answered here alone; what is kept is its hash.
        """
        code = new_code()
        self._reset_code_hash = hash_code(code)
        self._reset_code_expires = datetime.now(UTC) + RESET_CODE_LIFETIME
        return code

    def has_reset_code_expired(self) -> bool:
        """Tell whether it is too late to use the reset code."""
        return datetime.now(UTC) >= self._reset_code_expires

    # What the repository indexes; `None` is not indexed.

    @property
    def name_key(self) -> str:
        """The name as it is compared: names differ by more than case or the way of typing."""
        return comparable(self.name)

    @property
    def mail_key(self) -> str:
        """The e-mail address as it is compared."""
        return comparable(self.mail)

    @property
    def verification_code_key(self) -> str | None:
        """The verification code as text, expired or not."""
        return str(self._verification_code) if self._verification_code else None

    @property
    def reset_code_hash(self) -> str | None:
        """The hash of the reset code, expired or not."""
        return self._reset_code_hash

    @property
    def is_unverified(self) -> bool | None:
        """True for who never verified an address, else `None`."""
        return None if self._verified else True

    def _time_to_verify(self) -> timedelta:
        return self.registered_at + LONGEST_UNVERIFIED - datetime.now(UTC)

    def __repr__(self) -> str:
        return f"<User id={self.id} name={self.name}>"


def comparable(text: str) -> str:
    """Bring a name or address into the form in which it is compared.

    The keyboards of phones add a space behind a name.

    >>> comparable("ALICE ") == comparable("alice")
    True
    """
    return unicodedata.normalize("NFKC", text.strip()).casefold()
