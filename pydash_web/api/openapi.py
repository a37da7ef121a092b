"""The OpenAPI document, generated from the routes and the models that validate their requests.

Each model has the same name wherever it occurs. Responses are described as they are serialized, so
fields that are always present are required.
"""

import inspect
import re
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from pydash_web.api import OPERATIONS
from pydash_web.api.operation import Operation
from pydash_web.http.session import SESSION_COOKIE, Access
from pydash_web.models.common import Error

REF = "#/components/schemas/{model}"
SECURITY_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "Set by `/api/login`. A POST also requires the header `X-XSRF-TOKEN` with"
        " the value of the cookie `XSRF-TOKEN`. Over HTTPS, the names of both cookies start with"
        " `__Host-`, or with `__Secure-` if PyDash is served below a path. A"
        " POST may name the id of the user that it is meant for in the header `X-PyDash-User`; if"
        " another one is signed in, it is refused with 409.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token of scope `read` or `write`, created in the settings.",
    },
    "link": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a read-only link, for people without an account.",
    },
}
PATH_PARAMETERS = {
    "dashboard_id": {"type": "string", "format": "uuid"},
    "link_id": {"type": "string", "format": "uuid"},
    "token_id": {"type": "string", "format": "uuid"},
    "channel_id": {"type": "string", "format": "uuid"},
    "window_id": {"type": "string", "format": "uuid"},
    "rule_id": {"type": "string", "format": "uuid"},
    "alert_id": {"type": "string", "format": "uuid"},
    "page_id": {"type": "string", "format": "uuid"},
    "incident_id": {"type": "string", "format": "uuid"},
    "update_id": {"type": "string", "format": "uuid"},
    "subscriber_id": {"type": "string", "format": "uuid"},
}

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]


def document(root: str = "/") -> Json:
    """Return the OpenAPI document of the whole API.

    :param root: the path below which the API's paths are served.

    >>> document()["paths"]["/api/login"]["post"]["operationId"]
    'login'
    """
    schemas = _Schemas(OPERATIONS)
    paths: Json = {}
    for operation in OPERATIONS:
        url = "/api" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.url)
        paths.setdefault(url, {})[operation.method.lower()] = _describe(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PyDash",
            "version": "1",
            "description": "All your Flask-MonitoringDashboards in one place. Bodies are JSON, and"
            " times are UTC.",
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": SECURITY_SCHEMES},
    }


class _WithoutTitles(GenerateJsonSchema):
    """Omits the titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Schemas:
    """The JSON schemas of all models, and the references to them."""

    def __init__(self, operations: list[Operation]) -> None:
        models: dict[tuple[type[BaseModel], Mode], None] = {(Error, "serialization"): None}
        for each in operations:
            asked, given = (each.body, each.query), each.responses.values()
            models |= {(model, "validation"): None for model in asked if model}
            models |= {(model, "serialization"): None for model in given if model}
        self._of, found = models_json_schema(
            list(models), ref_template=REF, schema_generator=_WithoutTitles
        )
        self._all: Json = found["$defs"]
        self._queries = {each.query.__name__ for each in operations if each.query}

    @property
    def definitions(self) -> Json:
        """The referenced schemas. Query models are written as parameters instead."""
        return {name: self._all[name] for name in sorted(self._all) if name not in self._queries}

    def reference(self, model: type[BaseModel], mode: Mode) -> Json:
        return dict(self._of[model, mode])

    def parameters(self, query: type[BaseModel]) -> list[Json]:
        """Return one parameter for each field of a query."""
        schema = self._all[query.__name__]
        required = schema.get("required", [])
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": field.pop("description", ""),
                "schema": (kind := _not_null(field)),
                # Lists are comma-separated.
                **({"style": "form", "explode": False} if kind.get("type") == "array" else {}),
            }
            for name, field in ((name, dict(it)) for name, it in schema["properties"].items())
        ]


def _not_null(field: Json) -> Json:
    """Remove null, because an optional query parameter is absent and never null."""
    kinds: list[Json] = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return field
    return {key: field[key] for key in field if key not in ("anyOf", "default")} | kinds[0]


def _describe(operation: Operation, schemas: _Schemas) -> Json:
    docstring = inspect.getdoc(operation.controller) or ""
    title, _, text = docstring.partition("\n:")[0].partition("\n")
    security: list[Json] = [{"session": []}, {"token": []}]
    path: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PATH_PARAMETERS.get(name, {"type": "string", "minLength": 1}),
        }
        for name in operation.path
    ]
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.url.split("/")[1].partition("<")[0]],
        "summary": title.rstrip("."),
        "description": " ".join(text.split()),
        "security": {
            Access.PUBLIC: [],
            Access.ACCOUNT: security[:1],
            Access.OPERATOR: security[:1],
            Access.LINK: [{"link": []}],
        }.get(operation.access, security),
        "parameters": [*path, *(schemas.parameters(operation.query) if operation.query else [])],
        "responses": _responses(operation, schemas),
    }
    if operation.body:
        content = {"application/json": {"schema": schemas.reference(operation.body, "validation")}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(operation: Operation, schemas: _Schemas) -> Json:
    content: Json = {
        media_type: {"schema": schemas.reference(model, "serialization")} if model else {}
        for media_type, model in operation.responses.items()
    }
    responses: Json = {"200": {"description": "Success.", "content": content}}
    for status, meaning in sorted(_failures(operation).items()):
        model, text = (Error, meaning) if isinstance(meaning, str) else (meaning, meaning.__doc__)
        schema = schemas.reference(model, "serialization")
        content = {"application/json": {"schema": schema}}
        responses[str(status)] = {"description": text, "content": content}
    return responses


def _failures(operation: Operation) -> dict[int, str | type[BaseModel]]:
    """Return the errors that follow from the parameters of a route, and its specific errors."""
    failures: dict[int, str | type[BaseModel]] = {
        HTTPStatus.SERVICE_UNAVAILABLE: "The database is unavailable. Try again."
    }
    if operation.body or operation.query or operation.path:
        failures[HTTPStatus.BAD_REQUEST] = "A parameter is missing or invalid; `errors` names it."
    if operation.access not in (Access.PUBLIC, Access.LINK):
        failures[HTTPStatus.UNAUTHORIZED] = "Not signed in."
        if operation.method == "POST":
            failures[HTTPStatus.CONFLICT] = "It is meant for another user: see `X-PyDash-User`."
    if operation.access in (Access.ADMIN, Access.OPERATOR):
        failures[HTTPStatus.FORBIDDEN] = "Only administrators may do this."
    elif operation.method == "POST" or "dashboard_id" in operation.path:
        failures[HTTPStatus.FORBIDDEN] = (
            "The resource belongs to another user, the scope of the API token is insufficient, or"
            " `X-XSRF-TOKEN` is missing."
        )
    if "dashboard_id" in operation.path:
        failures[HTTPStatus.NOT_FOUND] = "Dashboard not found."
    if operation.limit or operation.waits or operation.queries:
        failures[HTTPStatus.TOO_MANY_REQUESTS] = "Too many attempts; see `Retry-After`."
    return {int(status): failures[status] for status in failures} | dict(operation.errors)
