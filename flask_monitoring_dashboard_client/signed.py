"""Reads the signed answers of Flask-MonitoringDashboard 1.10 to 2.0.

They are JSON Web Tokens, signed with the security token but readable by anybody, and within them
the data are JSON once more, as a text.
"""

import re
from typing import Any

import jwt

from flask_monitoring_dashboard_client.errors import InvalidAnswer, WrongToken
from flask_monitoring_dashboard_client.guarded_http import Answer
from flask_monitoring_dashboard_client.routes import parse_json, refuse

_LOOKS_SIGNED = re.compile(rb"\s*[\w-]+\.[\w-]+\.[\w-]*\s*")


def signed_rows(answer: Answer, token: str) -> list[dict[str, Any]]:
    """Read an answer that is a signed list of objects.

    :param token: the security token it has to be signed with.
    :raises WrongToken: if somebody else signed it.
    :raises RemoteError: if it is something else, whatever that is.
    """
    if not _LOOKS_SIGNED.fullmatch(answer.body):
        refuse(answer)
    rows = parse_json(verified(answer.body.strip(), token))
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise InvalidAnswer("The answer of the dashboard cannot be read.")
    return rows


def verified(text: bytes, token: str) -> str:
    """Return the data of a signed answer, once it is certain who signed it.

    Only HS256 counts: who trusts what the answer says of itself would take "none" as well.

    :param text: a JSON Web Token.
    :param token: the security token it has to be signed with.
    :raises WrongToken: if it is signed with another.
    :raises InvalidAnswer: if it is not signed in this way at all.
    """
    try:
        # To HMAC a key that ends in zeros is the same key. PyJWT warns of short ones, but how long
        # it is was decided by the app that PyDash reads.
        payload = jwt.decode(text, token.encode().ljust(32, b"\0"), algorithms=["HS256"])
    except jwt.InvalidSignatureError as error:
        raise WrongToken from error
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise InvalidAnswer("The answer of the dashboard is not signed as it has to be.") from error
    data = payload.get("data")
    if not isinstance(data, str):
        raise InvalidAnswer("The answer of the dashboard cannot be read.")
    return data
