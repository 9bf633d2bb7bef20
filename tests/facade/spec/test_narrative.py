"""https://hl7.org/fhir/R4/narrative.html#xhtml"""

from __future__ import annotations

import pytest

from facade.spec.narrative import narrative_fault

NS = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    "div",
    [
        f"<div {NS}>a</div>",
        f'<div {NS}><!-- c --><table border="1"><tr><td style="x">&#160;&lt;b</td></tr></table></div>',
        f'<div {NS}><img src="#x" alt=""/></div>',
        f'<div {NS}><a href="https://example.org">a</a></div>',
        '<h:div xmlns:h="http://www.w3.org/1999/xhtml">a</h:div>',
    ],
)
def test_what_a_narrative_may_hold(div: str) -> None:
    assert narrative_fault(div) is None


@pytest.mark.parametrize(
    ("div", "fault"),
    [
        ("<div>a</div>", "xmlns="),
        (f"<p {NS}>a</p>", "well formed"),
        (f"<div {NS}>a", "well formed"),
        (f"<div {NS}>a</div><div/>", "well formed"),
        (f"<div {NS}>&nbsp;x</div>", "well formed"),
        (f'<!DOCTYPE d [<!ENTITY a "b">]><div {NS}>&a;</div>', "well formed"),
        (f"<div {NS}>\ud800</div>", "well formed"),
        (f"<div {NS}>x\x00</div>", "well formed"),
        (f"<div {NS}><script>alert(1)</script></div>", "txt-1"),
        (f"<div {NS}><form>a</form></div>", "txt-1"),
        (f'<div {NS} onclick="x()">a</div>', "txt-1"),
        (f'<div {NS}><a href=" java\nscript:x()">a</a></div>', "txt-1"),
        (f"<div {NS}> \n <br/></div>", "txt-2"),
    ],
)
def test_what_it_may_not(div: str, fault: str) -> None:
    assert fault in (narrative_fault(div) or "")
