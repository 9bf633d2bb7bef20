"""The days of an appointment series, from the two ways in which the old program wrote one."""

from __future__ import annotations

from datetime import date, timedelta

import phpserialize

MOST = 200  # of a rule that does not end


def occurrences(value: object) -> list[dict[str, str]]:
    """`[first day as YYYYMMDD, rule]`, the rule absent or empty for a single appointment.

    A rule is `W|every|count|until|skipped;skipped` (weeks; D is days), or since the web screens of 2005 PHP's
    serialised array of `freq`, `every` and `count`. Gives `{"day": "20260108"}` for each day, with `suffix`
    (`-20260108`) where there is a rule; raises ValueError for a rule that is neither.
    """
    parts = value if isinstance(value, list) else [value]
    first, rule = str(parts[0]), str(parts[1]) if len(parts) > 1 else ""
    if not rule:
        return [{"day": first}]
    step, count, until, skipped = _by_pipes(rule) if "|" in rule else _by_php(rule)
    day, last, found = _day(first), until and _day(until), []
    for _ in range(count):
        if last and day > last:
            break
        text = day.strftime("%Y%m%d")
        if text not in skipped:
            found.append({"day": text, "suffix": f"-{text}"})
        day += step
    return found


def _by_pipes(rule: str) -> tuple[timedelta, int, str, list[str]]:
    frequency, every, count, until, skipped = (*rule.split("|"), "", "", "", "")[:5]
    return _step(frequency, every), int(count or MOST), until, skipped.split(";")


def _by_php(rule: str) -> tuple[timedelta, int, str, list[str]]:
    data = phpserialize.loads(rule.encode(), decode_strings=True)
    if not isinstance(data, dict):
        raise ValueError("not a rule")
    return _step(str(data["freq"]), str(data["every"])), int(data["count"]), "", []


def _step(frequency: str, every: str) -> timedelta:
    step = timedelta(days={"D": 1, "W": 7}[frequency] * int(every or 1))
    if step <= timedelta(0):
        raise ValueError("a series that does not move")
    return step


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
