"""Recognizes browsers in which an account has signed in before.

Someone who sends wrong passwords uses up the sign-in attempts of an account. To keep them from
locking its user out, a browser gets a cookie that proves an earlier sign-in and has its own limit.
See OWASP, "Slow Down Online Guessing Attacks with Device Cookies". The cookie grants nothing else.
"""

import hashlib
from contextlib import suppress
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, TimestampSigner

from pydash_app.secrets import new_code
from pydash_web.http.session import DEVICE_COOKIE, cookie_name, set_cookie

# Browsers keep a cookie for at most 400 days.
MAX_AGE = timedelta(days=400)
# The maximum number of accounts per browser. The one that signed in longest ago is dropped.
MAX_ACCOUNTS = 5
# Occurs neither in IDs nor in signatures, and needs no quoting in a cookie.
_SEPARATOR = ":"


def known_device(account: str) -> str | None:
    """Return the ID of the requesting browser; None if the account has not signed in with it.

    :param account: the user's ID.
    """
    signer = _signer(account)
    for signed in _signed_ids():
        with suppress(BadSignature):
            return signer.unsign(signed, max_age=int(MAX_AGE.total_seconds())).decode()
    return None


def remember_device(account: str) -> None:
    """Send the browser a cookie that proves that the account has signed in with it.

    A known browser keeps its ID, because a new one would allow further attempts.

    :param account: see `known_device`.
    """
    signer = _signer(account)
    others = [signed for signed in _signed_ids() if not signer.validate(signed)]
    signed = signer.sign(known_device(account) or new_code()).decode()
    value = _SEPARATOR.join([signed, *others][:MAX_ACCOUNTS])

    def send(response: Response) -> Response:
        set_cookie(response, DEVICE_COOKIE, value, MAX_AGE, httponly=True)
        return response

    after_this_request(send)


def _signed_ids() -> list[str]:
    cookie = request.cookies.get(cookie_name(DEVICE_COOKIE), "")
    return cookie.split(_SEPARATOR)[:MAX_ACCOUNTS]


def _signer(account: str) -> TimestampSigner:
    return TimestampSigner(
        current_app.config["SECRET_KEY"],
        salt=f"device of {account}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
