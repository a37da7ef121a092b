"""The behaviour of the bookshop: its pages, their load and their execution times.

The handlers of the app and the generated history follow the same table.
"""

import math
import random
from dataclasses import dataclass
from datetime import datetime

OLD_VERSION = "1.4.2"
NEW_VERSION = "1.5.0"
# The one that runs now, which has made some pages worse.
LATEST_VERSION = "1.6.0"


@dataclass(frozen=True)
class Page:
    """One endpoint of the bookshop.

    :param endpoint: its name in Flask.
    :param path: its URL path.
    :param share: the frequency of its requests, relative to the other pages.
    :param median_ms: the median of its execution times, in ms.
    :param spread: the standard deviation of the logarithm of its execution times.
    :param failure_rate: the fraction of requests that end with status 500.
    :param missing_rate: the fraction of requests that end with status 404.
    :param old_factor: the factor of its execution times in the old version.
    :param latest_factor: the factor of its execution times in the latest version.
    :param latest_failure_rate: the fraction of requests that fail in addition since then.
    :param failing_hours: how long ago it began to fail.
    """

    endpoint: str
    path: str
    share: float
    median_ms: float
    spread: float = 0.35
    failure_rate: float = 0.0
    missing_rate: float = 0.0
    old_factor: float = 1.0
    latest_factor: float = 1.0
    latest_failure_rate: float = 0.0
    failing_hours: float = math.inf

    def execution_time(self, rng: random.Random, version: str) -> float:
        """Draw an execution time in ms, from a log-normal distribution."""
        factors = {OLD_VERSION: self.old_factor, LATEST_VERSION: self.latest_factor}
        factor = factors.get(version, 1.0)
        return factor * self.median_ms * math.exp(rng.gauss(0.0, self.spread))

    def status_code(self, rng: random.Random, version: str) -> int:
        """Draw a status code."""
        draw, failure_rate = rng.random(), self.failure_rate
        if version == LATEST_VERSION:
            failure_rate += self.latest_failure_rate
        if draw < failure_rate:
            return 500
        if draw < failure_rate + self.missing_rate:
            return 404
        return 200


PAGES = (
    Page("home", "/", 20, 9),
    Page("search", "/search", 16, 45, spread=0.6, old_factor=2.4, latest_factor=1.9),
    Page("book", "/book", 22, 14, missing_rate=0.02),
    Page("cover", "/cover", 14, 1.2, spread=0.2, latest_failure_rate=0.08),
    Page("author", "/author", 6, 18, missing_rate=0.03),
    Page("reviews", "/reviews", 6, 30, spread=0.5, failure_rate=0.15, failing_hours=20),
    Page("recommendations", "/recommendations", 5, 160, spread=0.7, old_factor=0.6),
    Page("cart", "/cart", 5, 11),
    Page("checkout", "/checkout", 2, 95, spread=0.5, failure_rate=0.04),
    Page("sign_in", "/sign-in", 2, 120, spread=0.15),
    Page("stock", "/api/stock", 8, 4, spread=0.4, failure_rate=0.005),
    Page("sales_report", "/reports/sales", 0.5, 700, spread=0.4, old_factor=1.3),
)

CUSTOMERS = (
    *("ada", "alan", "barbara", "claude", "dennis", "donald", "edsger", "frances", "grace"),
    *("guido", "hedy", "john", "katherine", "ken", "leslie", "linus", "margaret", "niklaus"),
    *("radia", "tim"),
)

# Addresses that are reserved for documentation.
ADDRESSES = (
    *(f"192.0.2.{n}" for n in range(10, 26)),
    *(f"198.51.100.{n}" for n in range(40, 60)),
    *(f"203.0.113.{n}" for n in range(5, 15)),
    "2001:db8::17",
    "2001:db8::2a",
)


def load(moment: datetime) -> float:
    """Return the load at a time (UTC), relative to the peak of a working day (0 to 1)."""
    hour = moment.hour + moment.minute / 60
    daytime = 0.5 - 0.5 * math.cos(2 * math.pi * (hour - 3) / 24)
    weekend = 0.6 if moment.weekday() >= 5 else 1.0
    return (0.06 + 0.94 * math.pow(daytime, 1.5)) * weekend


def draw_page(rng: random.Random) -> Page:
    """Draw the page of the next request."""
    return rng.choices(PAGES, weights=[page.share for page in PAGES])[0]


def draw_visitor(rng: random.Random) -> tuple[str, str]:
    """Draw a customer (empty if not signed in) and an IP address.

    Each customer uses the same two addresses.
    """
    if rng.random() < 0.4:
        return "", rng.choice(ADDRESSES)
    number = min(int(rng.expovariate(0.18)), len(CUSTOMERS) - 1)
    return CUSTOMERS[number], ADDRESSES[(2 * number + rng.randrange(2)) % len(ADDRESSES)]
