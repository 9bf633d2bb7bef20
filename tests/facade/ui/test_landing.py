"""facade.ui.landing: the page for a state; nothing that came from outside gets in unescaped."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from facade.ui.landing import Landing, SourceCard, StreamLine, landing_body
from facade.ui.page import page

WELL = SourceCard(
    "kestrel",
    "Kestrel",
    "odbc",
    "good",
    "ok",
    "",
    "as of 4 s ago",
    12_345,
    0,
    "",
    (StreamLine("patient", "good", "ok", "incremental", "4 s", 200, 0, "in 6 s"),),
)
BROKEN = SourceCard(
    "lab",
    "The <Lab> & Co",
    "odbc",
    "bad",
    "failing",
    "source lab: cannot be reached",
    "as of 3 h ago",
    88,
    2,
    "left alone until 14:05",
    (StreamLine("result", "bad", "failing", "snapshot", "3 h", 88, 2, "", "no <route>"),),
)
PAGE = Landing(
    "http://localhost:8000/fhir",
    "0.1.0",
    (WELL, BROKEN),
    {"Patient": 200, "Observation": 12_345},
    (("Patient?name=o'neil&_count=5", "five patients"),),
)


class _Reader(HTMLParser):
    """Text, links, and tags that were not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.open, self.tags = "", [], [], set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


def read(landing: Landing) -> _Reader:
    found = _Reader(bytes(page("t", landing_body(landing)).body).decode())
    assert found.open == []
    return found


def test_a_broken_source_comes_first_and_is_counted() -> None:
    text = read(PAGE).text
    assert "1 of 2 sources needs attention" in text
    assert text.index("source lab: cannot be reached") < text.index("kestrel")
    assert "left alone until 14:05" in text
    assert "12,545 resources" in text


def test_all_well_is_said_so() -> None:
    assert "the source is well" in read(replace(PAGE, sources=(WELL,))).text
    assert "needs attention" not in read(replace(PAGE, sources=(WELL, WELL))).text


def test_every_type_is_a_link_and_every_try_too() -> None:
    links = read(PAGE).links
    assert "http://localhost:8000/fhir/Patient?_count=10&_pretty=true" in links
    assert "http://localhost:8000/fhir/Patient?name=o%27neil&_count=5" in links


def test_what_came_from_outside_is_escaped() -> None:
    html = landing_body(PAGE)
    assert "<Lab>" not in html and "<route>" not in html
    assert "The <Lab> & Co" in read(PAGE).text


def test_an_empty_site_says_what_to_do() -> None:
    text = read(Landing("http://x/fhir", "0", (), {}, ())).text
    assert "No source is set up" in text and "Nothing has been read yet." in text


def test_the_page_allows_no_script() -> None:
    response = page("t", landing_body(PAGE))
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "script" not in read(PAGE).tags
