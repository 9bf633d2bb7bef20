"""The README's tables, from the code: `python -m tests.readme` writes them anew, a test compares."""

from __future__ import annotations

import re

from connectors.odbc.options import describe_options
from facade.settings import describe_settings
from tests.paths import REPO

README = REPO / "README.md"


def settings_table() -> str:
    """A row per setting."""
    return _rows(describe_settings())


def options_table() -> str:
    """A row per option of the ODBC connector."""
    return _rows(describe_options())


def _rows(facts: list[tuple[str, str, str]]) -> str:
    return "".join(
        f"| `{name}` | {f'`{default}`' if default else ''} | {text} |\n" for name, default, text in facts
    )


def with_tables(text: str) -> str:
    """The README with both tables as the code has them."""
    for head, table in (("| setting |", settings_table()), ("| option |", options_table())):
        pattern = re.compile(rf"(^{re.escape(head)}.*\n\|---.*\n)(?:.+\n)*", re.M)
        text = pattern.sub(lambda match, table=table: match[1] + table, text, count=1)  # type: ignore[misc]
    return text


def files() -> dict[str, str]:
    """The files that "Your own EHR in ten minutes" has its reader type, by path."""
    pattern = re.compile(r"<!-- readme: (\S+) -->\n```\w*\n(.*?)```", re.S)
    return dict(pattern.findall(README.read_text(encoding="utf-8")))


def drafts() -> dict[str, str]:
    """The files that it shows as `facade init` drafts them, by path."""
    pattern = re.compile(r"<!-- draft: (\S+) -->\n```\w*\n(.*?)```", re.S)
    return dict(pattern.findall(README.read_text(encoding="utf-8")))


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
