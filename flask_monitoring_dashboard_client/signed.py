"""Reads the signed responses of Flask-MonitoringDashboard 1.10 to 2.0.

They are JSON Web Tokens, signed with the security token but readable by anyone. Their payload
contains the data as JSON text within JSON.
"""

import re
from base64 import urlsafe_b64decode
from typing import Any

import requests
from jwt.algorithms import HMACAlgorithm

from flask_monitoring_dashboard_client.errors import WrongToken
from flask_monitoring_dashboard_client.routes import parse_json, reject
from pydash_http import InvalidResponse

_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)
_SIGNED = re.compile(rb"\s*[\w-]+\.[\w-]+\.[\w-]*\s*")


def signed_rows(response: requests.Response, token: str) -> list[dict[str, Any]]:
    """Return the objects in a signed response.

    :param token: the security token that must have signed it.
    :raises WrongToken: if it is signed with another token.
    :raises RemoteError: if it is anything else.
    """
    if not _SIGNED.fullmatch(response.content):
        reject(response)
    rows = parse_json(verified(response.content.strip(), token))
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise InvalidResponse("The signed response does not contain a list of objects.")
    return rows


def verified(text: bytes, token: str) -> str:
    """Return the data of a signed response after verifying its signature.

    Only HS256 is accepted, because a token could name the algorithm "none". The token is split
    here because `jwt.decode` iterates over each of its millions of bytes in Python.

    :param text: a JSON Web Token.
    :param token: the security token that must have signed it.
    :raises WrongToken: if it is signed with another token.
    :raises InvalidResponse: if it is not signed with HS256, or has no data.
    """
    content, _, signature = text.rpartition(b".")
    header, _, payload = content.partition(b".")
    if _object(header).get("alg") != "HS256":
        raise InvalidResponse("The response is not signed with HS256.")
    if not _HS256.verify(content, token.encode(), _decoded(signature)):
        raise WrongToken
    data = _object(payload).get("data")
    if not isinstance(data, str):
        raise InvalidResponse("The signed response does not contain data.")
    return data


def _object(part: bytes) -> dict[str, Any]:
    content = parse_json(_decoded(part))
    return content if isinstance(content, dict) else {}


def _decoded(part: bytes) -> bytes:
    try:
        return urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise InvalidResponse("The signed response is not valid base64.") from error
