"""Describes the frames of a stack, and finds out which exceptions are the same fault.

FMD's own groups contain the message and the numbers of all lines, so a fault whose message has an
ID, or whose file was edited above, is many of them. Here, a fault is the type, the app's own
functions on the stack, and the text of the line that raised, of which only a hash leaves the app.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePath
from typing import NamedTuple

from flask_monitoringdashboard import config

ALGORITHM = 1
"""The version of `group_of`, which is a part of each group, as PyDash must not mix them."""

MAX_FRAMES = 1_000
MAX_STACK_BYTES = 64 * 1024
_FRAME_BYTES = 80
"""About the size of a frame in JSON, without its texts."""

_PACKAGES = frozenset(("site-packages", "dist-packages"))
_LIBRARIES = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})
_WHITE_SPACE = re.compile(r"\s+")


class Place(NamedTuple):
    """Where a file belongs.

    :param file: its path, relative to the app or to where it was imported from.
    :param module: the name of its module.
    :param own: whether it belongs to the app, and not to a package or the standard library.
    """

    file: str
    module: str
    own: bool


class Frame(NamedTuple):
    """A function that was running, and where.

    :param file: as in `Place`, like `module` and `own`.
    :param line: number of the line, from 1.
    :param source: the text of the line; None unless the app sends it.
    """

    file: str
    module: str
    line: int
    function: str
    own: bool
    source: str | None = None

    @property
    def size(self) -> int:
        """About the bytes that it takes in JSON."""
        texts = (self.file, self.module, self.function, self.source or "")
        return _FRAME_BYTES + sum(len(text.encode()) for text in texts)


@lru_cache(maxsize=4096)
def place_of(path: str) -> Place:
    """Return where a file belongs, given the path that its code has."""
    pure, root = PurePath(path), config.app.root_path
    if _is_below(pure, root):
        # The app itself may be installed as a package, and its environment may be in its folder.
        own = not _PACKAGES.intersection(pure.relative_to(root).parts)
    else:
        is_library = any(_is_below(pure, library) for library in _LIBRARIES)
        own = not (path.startswith("<") or is_library or _PACKAGES.intersection(pure.parts))
    roots = [each for each in (*sys.path, root) if each]
    around = [each for each in roots if _is_below(pure, each)]
    if around:
        relative = pure.relative_to(max(around, key=len))
    else:
        # Another release of the app may have raised it, in a folder of its own.
        ends = (PurePath(*pure.parts[i:]) for i in range(1, len(pure.parts)))
        relative = next(
            (end for end in ends if any(Path(each, end).is_file() for each in roots)), pure
        )
    parts = [part for part in relative.with_suffix("").parts if part != pure.anchor]
    if parts[-1:] == ["__init__"]:
        parts.pop()
    return Place(relative.as_posix(), ".".join(parts), own)


def shortened(frames: Iterable[Frame]) -> list[Frame]:
    """Return the innermost frames of a stack that fit into its maximum size.

    :param frames: innermost first.
    :returns: outermost first.
    """
    kept: list[Frame] = []
    size = 0
    for frame in frames:
        size += frame.size
        if kept and size > MAX_STACK_BYTES:
            break
        kept.append(frame)
    return kept[::-1]


def faulty(frames: Sequence[Frame]) -> int | None:
    """Return the position of the innermost frame of the app, or of any if it has none there.

    :param frames: outermost first.
    """
    own = [position for position, frame in enumerate(frames) if frame.own]
    if own:
        return own[-1]
    return len(frames) - 1 if frames else None


def fault_of(frames: Sequence[Frame], lines: Sequence[str]) -> str:
    r"""Return what is the same in all stacks of a fault.

    :param frames: outermost first.
    :param lines: those of the function that `faulty` selects, up to the one that raised.

    >>> frames = [Frame("shop.py", "shop", 7, "pay", True), Frame("f.py", "f", 1, "g", False)]
    >>> moved = [frames[0]._replace(line=9), frames[1]]
    >>> fault_of(frames, ["a[1]"]) == fault_of(moved, ["b[1]", "\ta[1] "])
    True
    >>> fault_of(frames, ["a[1]"]) == fault_of(frames, ["a[1]", "a[1]"])
    False
    """
    own = [frame for frame in frames if frame.own] or frames
    # Each once, as the depth of a recursion varies.
    functions = dict.fromkeys(f"{frame.module}:{frame.function}" for frame in own)
    normalized = [_WHITE_SPACE.sub(" ", line.strip()) for line in lines]
    # Equal lines of a function are told apart by their order.
    line = [f"{normalized.count(normalized[-1])} {normalized[-1]}"] if normalized else []
    return "\n".join([*functions, *line])


def group_of(type_name: str, fault: str) -> str:
    """Return the group of an exception, given its type and its `fault_of`."""
    text = f"{type_name}\n{fault}"
    return f"{ALGORITHM}-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _is_below(path: PurePath, folder: str) -> bool:
    return PurePath(folder) in path.parents
