"""Opens the storage that a URI names."""

from concurrent.futures import TimeoutError as AnswerTimeoutError
from typing import Any
from urllib.parse import unquote, urlsplit

import zodburi
from ZEO.ClientStorage import ClientStorage
from ZEO.Exceptions import ClientDisconnected

# Every wait for the database server ends by then, so that a web answer can come within two seconds.
ANSWER_SECONDS = 1.5
_DEFAULT_ZEO_PORT = 9991
# ZEO's cache is a file without a name: it costs disk and page cache, not the process's memory.
_ZEO_CACHE_BYTES = 128 * 1024**2


class ZeoStorage(ClientStorage):
    """A client of a ZEO server that asks it at the begin of every transaction, with a time limit.

    The question makes sure that a transaction sees whatever any process committed before it began,
    and that a server which hangs is noticed like one which is gone.
    """

    def sync(self) -> None:
        """Wait until every change committed so far is known here.

        :raises ClientDisconnected: there was no answer in time.
        """
        answer = self._call("ping", wait=False)
        try:
            # The call itself gives up after ANSWER_SECONDS if there is no connection.
            answer.result(ANSWER_SECONDS + 0.3)
        except AnswerTimeoutError:
            raise ClientDisconnected("the server does not answer") from None


def open_storage(uri: str) -> Any:
    """Open a storage.

    :param uri: `zeo://HOST:PORT` or `zeo:///PATH/OF/SOCKET` for a ZEO server; `file://PATH`,
        `memory://` and, with RelStorage installed, `postgresql://…` as zodburi reads them.
    :raises ValueError: nothing can open such a URI.
    :raises ClientDisconnected: the ZEO server does not answer.
    """
    if urlsplit(uri).scheme == "zeo":
        return ZeoStorage(
            _zeo_address(uri), wait_timeout=ANSWER_SECONDS, cache_size=_ZEO_CACHE_BYTES
        )
    try:
        factory, _ = zodburi.resolve_uri(uri)
    except zodburi.NoResolverForScheme:
        raise ValueError(_explain_unknown_scheme(urlsplit(uri).scheme)) from None
    return factory()


def _zeo_address(uri: str) -> str | tuple[str, int]:
    parsed = urlsplit(uri)
    if parsed.hostname:
        return parsed.hostname, parsed.port or _DEFAULT_ZEO_PORT
    return unquote(parsed.path)


def _explain_unknown_scheme(scheme: str) -> str:
    if scheme == "postgresql":
        return "A postgresql:// database needs RelStorage: pip install 'pydash[postgresql]'"
    return f"{scheme}:// is no kind of database; use zeo://, file://, memory:// or postgresql://"
