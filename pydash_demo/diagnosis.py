"""Generates what explains the past of the bookshop: slow requests, profiles and a graph."""

import math
import random
import sysconfig
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask_monitoringdashboard import config
from flask_monitoringdashboard.database import (
    CodeLine,
    CustomGraph,
    CustomGraphData,
    Outlier,
    StackLine,
)
from sqlalchemy import Connection, insert

from pydash_demo.behaviour import OLD_VERSION, PAGES, Page, load

GRAPH = "Open orders"
SLOW = 3.5
"""How many times as long as the median a request takes to be slow."""

MAX_OUTLIERS = 300
PROFILES = 40
"""The number of profiles of each page and version."""

# Of each page, the lines below its handler: indent, file, line, function, source, and the share of
# the request that they take in the previous version and now.
Line = tuple[int, str, int, str, str, float, float]
LINES: dict[str, Sequence[Line]] = {
    "search": (
        (1, "bookshop/views.py", 41, "search", "books = index.find(words)", 0.9, 0.78),
        (2, "bookshop/index.py", 18, "find", "ids = self.look_up(words)", 0.17, 0.4),
        (3, "sqlalchemy/engine/base.py", 1412, "execute", "return meth(", 0.15, 0.36),
        (2, "bookshop/index.py", 22, "find", "return rank(ids, words)", 0.72, 0.37),
        (3, "bookshop/ranking.py", 9, "rank", "scores = [score(book) for book in ids]", 0.7, 0.35),
        (4, "bookshop/ranking.py", 27, "score", "return similarity(book.text, words)", 0.6, 0.2),
        (1, "bookshop/views.py", 43, "search", "return render('search', books)", 0.08, 0.19),
        (2, "jinja2/environment.py", 1301, "render", "return self.concat(", 0.07, 0.17),
    ),
    "recommendations": (
        (1, "bookshop/views.py", 66, "recommendations", "near = neighbours(book)", 0.8, 0.88),
        (2, "bookshop/neighbours.py", 12, "neighbours", "for other in catalogue:", 0.78, 0.86),
        (3, "bookshop/neighbours.py", 31, "distance", "return cosine(one, other)", 0.55, 0.7),
        (1, "bookshop/views.py", 68, "recommendations", "return jsonify(near)", 0.12, 0.08),
    ),
    "checkout": (
        (1, "bookshop/views.py", 91, "checkout", "order = place(cart)", 0.35, 0.35),
        (2, "sqlalchemy/engine/base.py", 1412, "execute", "return meth(", 0.3, 0.3),
        (1, "bookshop/views.py", 93, "checkout", "pay(order)", 0.55, 0.55),
        (2, "bookshop/payment.py", 17, "pay", "return bank.charge(order.total)", 0.53, 0.53),
        (3, "requests/sessions.py", 589, "request", "resp = self.send(prep)", 0.5, 0.5),
    ),
}


def write_diagnosis(
    connection: Connection, requests: Sequence[dict[str, Any]], now: datetime, rng: random.Random
) -> None:
    """Write slow requests, profiles and a graph.

    :param requests: the rows of the history, which are stored already.
    :param now: the end of the history (UTC).
    """
    pages = {page.endpoint: page for page in PAGES}
    slow = [each for each in requests if each["duration"] > SLOW * pages[each["name"]].median_ms]
    chosen = rng.sample(slow, min(MAX_OUTLIERS, len(slow)))
    rows = [_outlier(each, pages[each["name"]], rng) for each in chosen]
    connection.execute(insert(Outlier), sorted(rows, key=lambda row: int(row["request_id"])))
    lines = [line for name, of_page in LINES.items() for line in (_head(pages[name]), *of_page)]
    codes = {line[1:5]: number for number, line in enumerate(dict.fromkeys(lines), 1)}
    connection.execute(
        insert(CodeLine),
        [
            {
                "id": code,
                "filename": _path(file),
                "line_number": line,
                "function_name": function,
                "code": source,
            }
            for (file, line, function, source), code in codes.items()
        ],
    )
    connection.execute(insert(StackLine), list(_stack_lines(requests, codes, pages, rng)))
    connection.execute(insert(CustomGraph), [{"graph_id": 1, "title": GRAPH}])
    hours = [now - timedelta(hours=hours) for hours in range(24 * 30, 0, -1)]
    connection.execute(
        insert(CustomGraphData),
        [
            {"graph_id": 1, "time": hour.replace(tzinfo=None), "value": open_orders(hour, rng)}
            for hour in hours
        ],
    )


def open_orders(moment: datetime, rng: random.Random) -> float:
    """Draw the number of open orders at a time (UTC)."""
    return float(round(40 * load(moment) * math.exp(rng.gauss(0, 0.15))))


def _outlier(request: dict[str, Any], page: Page, rng: random.Random) -> dict[str, Any]:
    host, query = "bookshop.example", f"page={rng.randrange(1, 9)}&api_key=bookshop-{rng.random()}"
    headers = {"Host": host, "User-Agent": "Mozilla/5.0", "Cookie": f"session={rng.random()}"}
    environment = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": page.path,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "REMOTE_ADDR": request["ip"],
        **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()},
    }
    loads = [round(rng.uniform(20, 100), 1) for _ in range(4)]
    stack = [line for line in LINES.get(page.endpoint, ()) if line[6] > 0.3] or [_head(page)]
    return {
        "request_id": request["id"],
        "request_header": "".join(f"{name}: {text}\r\n" for name, text in headers.items()),
        "request_environment": str(environment),
        "request_url": f"https://{host}{page.path}?{query}".encode(),
        "cpu_percent": str(loads),
        "memory": f"svmem(total=8589934592, percent={rng.uniform(40, 90):.1f})",
        "stacktrace": "<br />".join(
            f'File: "{_path(file)}", line {line}, in "{function}": "{source}"'
            for _, file, line, function, source, *_ in stack
        ),
    }


def _stack_lines(
    requests: Sequence[dict[str, Any]],
    codes: dict[tuple[str, int, str, str], int],
    pages: dict[str, Page],
    rng: random.Random,
) -> Iterator[dict[str, Any]]:
    """Yield the lines of the newest requests of each page and version."""
    left = dict.fromkeys(
        ((name, each) for name in LINES for each in {row["version_requested"] for row in requests}),
        PROFILES,
    )
    for request in reversed(requests):
        key = request["name"], request["version_requested"]
        if left.get(key, 0) == 0:
            continue
        left[key] -= 1
        is_old = request["version_requested"] == OLD_VERSION
        for position, line in enumerate((_head(pages[request["name"]]), *LINES[request["name"]])):
            share = (line[5] if is_old else line[6]) * (rng.uniform(0.9, 1) if line[0] else 1)
            yield {
                "request_id": request["id"],
                "code_id": codes[line[1:5]],
                "position": position,
                "indent": line[0],
                "duration": share * request["duration"],
            }


def _head(page: Page) -> Line:
    """Return the first line of the handler of a page, as Flask-MonitoringDashboard stores it."""
    return 0, "bookshop/views.py", 10 + PAGES.index(page), "None", f"def {page.endpoint}():", 1, 1


def _path(file: str) -> str:
    """Return the path of a file of the shop, or of a package."""
    is_own = file.startswith("bookshop/")
    return str(Path(config.app.root_path if is_own else sysconfig.get_path("purelib"), file))
