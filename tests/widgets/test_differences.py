"""What changes in a name is marked, and what is not seen is written out."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics.widgets.renaming.differences import marked

TEXTS = st.text(st.sampled_from("aB <&.-\té\u200b👩"), max_size=12)


def kept(html: str) -> str:
    """What is not marked."""
    return unescape(re.sub(r"<(del|ins)>.*?</\1>|<[^>]*>", "", html))


@given(TEXTS.filter(bool), TEXTS.filter(bool))
def test_what_is_not_marked_is_in_both_names(old: str, new: str) -> None:
    before, after = marked(old, new)
    assert kept(before) == kept(after)
    assert "<ins>" not in before
    assert "<del>" not in after


@given(TEXTS.filter(bool))
def test_a_name_that_stays_is_not_marked(name: str) -> None:
    assert [kept(html) for html in marked(name, name)] == [name, name]


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("Front  desk", "Front desk", "<del>␣</del>", ""),
        ("Desk\t", "Desk", "<del>[U+0009]</del>", ""),
        ("Front\u00a0desk", "Front desk", "<del>[U+00A0]</del>", "<ins>␣</ins>"),
        ("<b>", "<i>", "<del>b</del>", "<ins>i</ins>"),
        ("", "Desk", "", "<ins>Desk</ins>"),
    ],
)
def test_the_difference_can_be_seen(old: str, new: str, gone: str, come: str) -> None:
    before, after = marked(old, new)
    assert re.findall("<del>.*?</del>", before) == ([gone] if gone else [])
    assert re.findall("<ins>.*?</ins>", after) == ([come] if come else [])


@pytest.mark.parametrize("nothing", [None, ""])
def test_where_there_is_no_name_that_is_said(nothing: str | None) -> None:
    assert "no name" in marked(nothing, "Desk")[0]
