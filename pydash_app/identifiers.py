"""Identifiers of entities, which are UUIDs and also accepted as text."""

from uuid import UUID


def as_uuid(identifier: UUID | str) -> UUID:
    """Return an identifier as a UUID.

    :raises ValueError: the text is not a UUID in canonical form.

    >>> as_uuid("ced84534-7a55-440f-ad77-9912466fe022")
    UUID('ced84534-7a55-440f-ad77-9912466fe022')
    """
    if isinstance(identifier, UUID):
        return identifier
    parsed = UUID(identifier)
    # UUID() also accepts "{…}", "urn:uuid:…" and text without hyphens.
    if str(parsed) != identifier.lower():
        raise ValueError("badly formed hexadecimal UUID string")
    return parsed
