"""Claims of US Core profiles that are not met: openemr's check, with one invariant as it is written."""

from __future__ import annotations

from typing import Any

from tests.facade.packs.openemr import us_core


def unmet(resource: dict[str, Any]) -> list[str]:
    """us-core-6 asks for a url *or* data, and a note here is data."""
    holds_data = all(
        content["attachment"].get("data") for content in resource.get("content", [{"attachment": {}}])
    )
    return [
        fault
        for fault in us_core.faults(resource)
        if not (holds_data and "us-core-6: an attachment without url or data" in fault)
    ]
