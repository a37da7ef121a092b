"""Why some measurements miss their target, by a part of their name."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "growth of memory": (
        "when requests overlap, a web process uses further connections to the database, each of"
        " which takes long to load the objects of all dashboards; these, which began empty, grew"
        " as well."
    ),
    "versions × addresses, p50 and p99, 1 M, cold": (
        "it reads all requests, whose columns are decompressed first."
    ),
    "versions × addresses, p50 and p99, 1 M": (
        "cells of fewer than 4,096 requests are exact, so the values of all requests are merged."
    ),
    "endpoints × versions, p50 and p99, 1 M, cold": (
        "no partition by these two is worth storing in a day, so it reads all requests."
    ),
    "unique visitors by hour, 1 M, cold": (
        "no partition by hour and address is worth storing, so it reads all requests."
    ),
    "one endpoint, versions × IPs": (
        "it returns medians of so few requests that FMD needs little time for them."
    ),
    "log-normal, sigma 2": (
        "the error of p99.9 depends on the gaps between the hundred slowest of 100,000 requests."
    ),
    "compared with a million: 30 days by hour": (
        "profiled: an hour of ten million requests has more than 4,096, so the parts of today's"
        " hours are merged and compressed, which takes half of the time; those of a million are"
        " exact."
    ),
    "compared with a million: box plot": (
        "by the clock, of which a part is waiting for the database; in processor time, 2.8 and"
        " 3.3 ms."
    ),
    "on disk after pack": (
        "with so many evenly distributed requests a day, the cells of a day take more space than"
        " its requests."
    ),
    "Lighthouse, performance": (
        "all panels of a dashboard are drawn as it opens, in tasks of more than 50 ms, which counts"
        " as blocking time."
    ),
    "a dashboard: search in it": (
        "the longest of five, while a page of six charts was open; not profiled."
    ),
}
