"""Where the repository is, and the shared real data beside it when there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
SHARED = REPO.parent / "shared" / "data"


def _absent() -> bool:
    if SHARED.is_dir():
        return False
    if os.environ.get("FACADE_REQUIRE_SHARED") == "1":
        raise RuntimeError(f"FACADE_REQUIRE_SHARED is set, but {SHARED} is not there")
    return True


needs_shared = pytest.mark.skipif(_absent(), reason="the shared real data is not beside the repository")
