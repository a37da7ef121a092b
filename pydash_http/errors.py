"""What can go wrong between PyDash and a remote server."""


class RemoteError(Exception):
    """A remote server could not be read. The message is meant for the user who gave its URL."""


class AddressRefused(RemoteError):  # noqa: N818 - the names of this tree state what happened
    """The URL is invalid, or leads to an address that PyDash must not connect to."""


class RemoteUnreachable(RemoteError):  # noqa: N818
    """No connection, or the connection was closed before the response was complete."""


class RemoteTimeout(RemoteError):  # noqa: N818
    """The response took too long."""


class InvalidAnswer(RemoteError):  # noqa: N818
    """The response is not valid HTTP, or not what was asked for."""


class AnswerTooLarge(RemoteError):  # noqa: N818
    """The response is larger than the limit."""
