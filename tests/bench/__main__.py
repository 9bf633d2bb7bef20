"""All benchmarks: a table of each, and build/bench.json. `python -m tests.bench http` runs one of them."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.fill import bench_fill
from tests.bench.http import bench_http
from tests.bench.live import bench_live
from tests.bench.mapping import bench_mapping
from tests.bench.report import Figure, keep, show
from tests.bench.resync import bench_resync
from tests.bench.search.figures import bench_search

BENCHES = {
    "mapping": bench_mapping,
    "http": bench_http,
    "search": bench_search,
    "live": bench_live,
    "resync": bench_resync,
    "fill": bench_fill,
}

figures: list[Figure] = []
for name in sys.argv[1:] or BENCHES:
    found = BENCHES[name]()
    figures += found
    show(found)  # as they come: all of them take more than an hour
    keep(figures, Path("build"))
