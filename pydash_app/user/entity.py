"""The user entity."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flask_login import UserMixin
from persistent import Persistent

from pydash_app.secrets import hash_code, new_code
from pydash_app.user import names, passwords
from pydash_app.user.sessions import Sessions
from pydash_app.user.verification_code import LIFETIME, VerificationCode

RESET_CODE_LIFETIME = timedelta(hours=1)
MAX_UNVERIFIED = timedelta(days=30)
# Two browsers of a user may be in different time zones.
MAX_ZONES = 3


class User(Persistent, UserMixin):
    """A person with an account.

    It does not know how it is stored, and does not validate names or passwords, which is the task
    of the services.

    :param name: the name to sign in with.
    :param password: only its hash is stored.
    :param mail: the email address, which is not verified yet.

    The types of the parameters are checked:

    >>> User(42, 32, 11)
    Traceback (most recent call last):
    ...
    TypeError: name must be a str, not int
    """

    # Users that were stored by earlier versions have not chosen one.
    timezone: str | None = None
    # In which the overview was read, the latest one first.
    overview_timezones: tuple[str, ...] = ()

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
        """Return the ID as a string."""
        return str(self.id)

    def check_password(self, password: str) -> bool:
        """Return whether this is the user's password."""
        return passwords.verify_password(self._password_hash, password)

    @property
    def password_hash(self) -> str:
        """The hash of the password, which changes with the password."""
        return self._password_hash

    def set_password(self, password: str, keep_session: str | None = None) -> None:
        """Change the password, and revoke what was obtained with the old one.

        This includes sessions, the reset code and an unverified new email address, which may have
        been entered by someone who stole the password.

        :param keep_session: the ID of a session that remains valid.
        """
        self._password_hash = passwords.hash_password(password)
        self._reset_code_hash = None
        self.forget_pending_mail()
        self.sessions.end_all(keep_session)

    def renew_password_hash(self, password: str) -> None:
        """Hash the same password again if its hash has outdated parameters."""
        if passwords.needs_rehash(self._password_hash):
            self._password_hash = passwords.hash_password(password)

    def is_verified(self) -> bool:
        """Return whether an email address of this user has ever been verified."""
        return self._verified

    def may_verify_registration(self) -> bool:
        """Return whether the user has never verified an address, but still can."""
        return not self._verified and self._time_to_verify() > timedelta(0)

    def generate_new_verification_code(self) -> str:
        """Replace the verification code with a new one and return it. Only its hash is stored.

        The code of a new user expires `MAX_UNVERIFIED` after the registration at the latest.
        Otherwise anyone could block a name forever by requesting new codes.
        """
        lifetime = LIFETIME if self._verified else min(LIFETIME, self._time_to_verify())
        code = new_code()
        self._verification_code = VerificationCode(lifetime, code)
        return code

    def get_verification_code(self) -> VerificationCode | None:
        """Return the hash of the verification code.

        None if it has expired or the user has nothing to verify.
        """
        return None if self.has_verification_code_expired() else self._verification_code

    def get_verification_code_expiration_date(self) -> datetime | None:
        """Return when the verification code expires (UTC).

        None if it has expired or the user has nothing to verify.
        """
        code = self.get_verification_code()
        return code.expiration_date if code else None

    def has_verification_code_expired(self) -> bool:
        """Return whether the user has a verification code that has expired."""
        return self._verification_code is not None and self._verification_code.is_expired()

    def change_mail(self, mail: str) -> str:
        """Set a new email address, which takes effect once it is verified.

        :returns: the code that verifies it.
        """
        if self._verified:
            self.pending_mail = mail
        else:
            self.mail = mail
        return self.generate_new_verification_code()

    def forget_pending_mail(self) -> None:
        """Discard the unverified new email address."""
        if self.pending_mail is not None:
            self.pending_mail = self._verification_code = None

    def confirm_mail(self) -> None:
        """Mark the address that the verification code was sent to as verified.

        A reset code that was sent to the old address becomes invalid.
        """
        self._reset_code_hash = None
        self.mail = self.pending_mail or self.mail
        self.pending_mail = None
        self._verified = True
        self._verification_code = None

    def new_reset_code(self) -> str:
        """Return a one-time password reset code, valid for an hour. Only its hash is stored."""
        code = new_code()
        self._reset_code_hash = hash_code(code)
        self._reset_code_expires = datetime.now(UTC) + RESET_CODE_LIFETIME
        return code

    def has_reset_code_expired(self) -> bool:
        """Return whether the reset code has expired."""
        return datetime.now(UTC) >= self._reset_code_expires

    def read_overview_in(self, zone: str) -> None:
        """Record a time zone: from now on, figures of its days are kept ready for the overview."""
        if zone not in self.overview_timezones:
            self.overview_timezones = (zone, *self.overview_timezones[: MAX_ZONES - 1])

    # The keys that the repository indexes; None is not indexed.

    @property
    def name_key(self) -> str:
        """The normalized name, for comparison."""
        return comparable(self.name)

    @property
    def appearance(self) -> str:
        """A key that is the same for all names that look the same."""
        return names.appearance(self.name)

    @property
    def mail_key(self) -> str:
        """The normalized email address, for comparison."""
        return comparable(self.mail)

    @property
    def verification_code_key(self) -> str | None:
        """The hash of the verification code, expired or not."""
        return self._verification_code.code_hash if self._verification_code else None

    @property
    def reset_code_hash(self) -> str | None:
        """The hash of the reset code, expired or not."""
        return self._reset_code_hash

    @property
    def is_unverified(self) -> bool | None:
        """True for users who have never verified an address, otherwise None."""
        return None if self._verified else True

    def _time_to_verify(self) -> timedelta:
        return self.registered_at + MAX_UNVERIFIED - datetime.now(UTC)

    def __repr__(self) -> str:
        return f"<User id={self.id} name={self.name}>"


def comparable(text: str) -> str:
    """Return a name or address in a normalized form, for comparison.

    Surrounding space is removed, because phone keyboards append one.

    >>> comparable("ALICE ") == comparable("alice")
    True
    """
    return unicodedata.normalize("NFKC", text.strip()).casefold()
