"""The API's OpenAPI document, made from the routes and the models that they validate with.

A model has one name in it, wherever it occurs, and answers are described as they are written:
a field that is always there is required.
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
        "description": "Brought by `/api/login`. A POST also carries the header `X-XSRF-TOKEN`"
        " with the value of the cookie `XSRF-TOKEN`.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token of scope `read` or `write`, made under the settings.",
    },
}
PATH_PARAMETERS = {
    "dashboard_id": {"type": "string", "format": "uuid"},
    "token_id": {"type": "string", "format": "uuid"},
}

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]


def document() -> Json:
    """Describe the whole API.

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
            "description": "All your Flask-MonitoringDashboards. JSON in, JSON out, UTC.",
        },
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": SECURITY_SCHEMES},
    }


class _WithoutTitles(GenerateJsonSchema):
    """Leave out the fields' titles, which would only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Schemas:
    """The JSON schemas of all models, and how each is referred to."""

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
        """Every schema that is referred to; queries are written out as parameters instead."""
        return {name: self._all[name] for name in sorted(self._all) if name not in self._queries}

    def reference(self, model: type[BaseModel], mode: Mode) -> Json:
        return dict(self._of[model, mode])

    def parameters(self, query: type[BaseModel]) -> list[Json]:
        """Write out a query's fields, one parameter each."""
        schema = self._all[query.__name__]
        required = schema.get("required", [])
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": field.pop("description", ""),
                "schema": (kind := _not_null(field)),
                # Lists are separated by commas.
                **({"style": "form", "explode": False} if kind.get("type") == "array" else {}),
            }
            for name, field in ((name, dict(it)) for name, it in schema["properties"].items())
        ]


def _not_null(field: Json) -> Json:
    """Leave out null: a query parameter that is not given is not there at all."""
    kinds: list[Json] = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return field
    return {key: field[key] for key in field if key not in ("anyOf", "default")} | kinds[0]


def _describe(operation: Operation, schemas: _Schemas) -> Json:
    docstring = inspect.getdoc(operation.controller) or ""
    title, _, text = docstring.partition("\n:")[0].partition("\n")
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.url.split("/")[1].partition("<")[0]],
        "summary": title.rstrip("."),
        "description": " ".join(text.split()),
        "security": _security(operation.access),
        "parameters": _path_parameters(operation)
        + (schemas.parameters(operation.query) if operation.query else []),
        "responses": _responses(operation, schemas),
    }
    if operation.body:
        content = {"application/json": {"schema": schemas.reference(operation.body, "validation")}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _security(access: Access) -> list[Json]:
    if access is Access.PUBLIC:
        return []
    session: Json = {"session": []}
    return [session] if access is Access.ACCOUNT else [session, {"token": []}]


def _path_parameters(operation: Operation) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PATH_PARAMETERS.get(name, {"type": "string", "minLength": 1}),
        }
        for name in operation.path
    ]


def _responses(operation: Operation, schemas: _Schemas) -> Json:
    failures = {
        str(status): _failure(meaning, schemas)
        for status, meaning in sorted(_failures(operation).items())
    }
    return {"200": _success(operation, schemas), **failures}


def _failure(meaning: str | type[BaseModel], schemas: _Schemas) -> Json:
    model, text = (Error, meaning) if isinstance(meaning, str) else (meaning, meaning.__doc__)
    schema = schemas.reference(model, "serialization")
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _success(operation: Operation, schemas: _Schemas) -> Json:
    content = {
        media_type: {"schema": schemas.reference(model, "serialization")} if model else {}
        for media_type, model in operation.responses.items()
    }
    return {"description": "Done.", "content": content}


def _failures(operation: Operation) -> dict[int, str | type[BaseModel]]:
    """List the errors that follow from what the route takes, and its own."""
    failures: dict[int, str | type[BaseModel]] = {
        HTTPStatus.SERVICE_UNAVAILABLE: "The database is away; try again."
    }
    if operation.body or operation.query or operation.path:
        failures[HTTPStatus.BAD_REQUEST] = "A parameter is missing or wrong; it is named."
    if operation.access is not Access.PUBLIC:
        failures[HTTPStatus.UNAUTHORIZED] = "Not signed in."
    if operation.method == "POST" or "dashboard_id" in operation.path:
        failures[HTTPStatus.FORBIDDEN] = "Not yours, not with this token, or no `X-XSRF-TOKEN`."
    if "dashboard_id" in operation.path:
        failures[HTTPStatus.NOT_FOUND] = "No such dashboard."
    if operation.limit or operation.waits:
        failures[HTTPStatus.TOO_MANY_REQUESTS] = "Too many tries; `Retry-After` says when to."
    return {int(status): failures[status] for status in failures} | dict(operation.errors)
