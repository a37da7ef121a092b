"""Reads the signed answers of Flask-MonitoringDashboard 1.10 to 2.0.

They are JSON Web Tokens, signed with the security token but readable by anybody, and within them
the data are JSON once more, as a text.
"""

import re
from base64 import urlsafe_b64decode
from typing import Any

import requests
from jwt.algorithms import HMACAlgorithm

from flask_monitoring_dashboard_client.errors import WrongToken
from flask_monitoring_dashboard_client.routes import parse_json, refuse
from pydash_http import InvalidResponse

_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)
_LOOKS_SIGNED = re.compile(rb"\s*[\w-]+\.[\w-]+\.[\w-]*\s*")


def signed_rows(answer: requests.Response, token: str) -> list[dict[str, Any]]:
    """Read an answer that is a signed list of objects.

    :param token: the security token it has to be signed with.
    :raises WrongToken: if somebody else signed it.
    :raises RemoteError: if it is something else, whatever that is.
    """
    if not _LOOKS_SIGNED.fullmatch(answer.content):
        refuse(answer)
    rows = parse_json(verified(answer.content.strip(), token))
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise InvalidResponse("The answer of the dashboard cannot be read.")
    return rows


def verified(text: bytes, token: str) -> str:
    """Return the data of a signed answer, once it is certain who signed it.

    Only HS256 counts: who trusts what the answer says of itself would take "none" as well. The
    parts are taken apart here, because `jwt.decode` looks at each of their millions of bytes.

    :param text: a JSON Web Token.
    :param token: the security token it has to be signed with.
    :raises WrongToken: if it is signed with another.
    :raises InvalidResponse: if it is not signed in this way at all.
    """
    content, _, signature = text.rpartition(b".")
    header, _, payload = content.partition(b".")
    if _object(header).get("alg") != "HS256":
        raise InvalidResponse("The answer of the dashboard is not signed as it has to be.")
    if not _HS256.verify(content, token.encode(), _decoded(signature)):
        raise WrongToken
    data = _object(payload).get("data")
    if not isinstance(data, str):
        raise InvalidResponse("The answer of the dashboard cannot be read.")
    return data


def _object(part: bytes) -> dict[str, Any]:
    content = parse_json(_decoded(part))
    return content if isinstance(content, dict) else {}


def _decoded(part: bytes) -> bytes:
    try:
        return urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise InvalidResponse(
            "The answer of the dashboard is not signed as it has to be."
        ) from error
