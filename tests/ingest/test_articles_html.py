"""HTML articles: the article kept with its sections, the page's frame named, hostile pages harmless and quick."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ingest.readers.html_article import HtmlArticleReader
from ingest.readers.html_metadata import safe_url
from ingest.reading import Reading, Source
from kb.errors import InputError

TALK = "A sponsor should talk to its manufacturer early and often, since the process has to be built together. "
LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "Trade Group"},
        {
            "@type": ["NewsArticle"],
            "headline": "Partners at work",
            "datePublished": "2026-03-04T10:00:00Z",
            "author": [{"@type": "Person", "name": "Jane Doe"}, {"name": "John Doe"}],
            "publisher": {"@type": "Organization", "name": "Example Weekly"},
            "inLanguage": "en-GB",
        },
    ],
}
PAGE = f"""<!DOCTYPE html><html lang="sv"><head><title>Partners | Trade</title>
<link rel="canonical" href="https://trade.example/partners"><meta property="og:title" content="Other">
<script type="application/ld+json">{json.dumps(LINKED)}</script></head><body>
<header><a href="/">Example Weekly</a><nav><ul><li>Home</li><li>Timing</li></ul></nav></header>
<main><article><header><h1>Partners at work</h1></header>
<p>{TALK * 3}</p><h2>Timing</h2><p>“We call <b>ear</b>ly,” Janet says. {TALK * 2}</p>
<ul><li>Write down who decides what.</li><li>Meet at the same hour each week.</li></ul>
<table><tr><td>Phase</td><td>Months</td></tr><tr><td>One</td><td>12</td></tr></table>
<h2>References</h2><ul><li>ICH Q7, Good Manufacturing Practice Guide for Active Ingredients, 2000</li></ul>
</article></main><aside><p>Related stories</p></aside>
<footer>© 2026 Example Weekly. All rights reserved.</footer><script>alert("gone")</script></body></html>"""


def source(text: str, name: str = "page.html") -> Source:
    return Source(Path(name), text.encode("utf-8", "surrogatepass"), text, "utf-8")


def read(text: str) -> Reading:
    return HtmlArticleReader().read(source(text))


def test_html_when_it_is_an_article_then_its_sections_are_kept_in_order() -> None:
    blocks = [(block.kind, block.level, block.text) for block in read(PAGE).blocks]
    assert blocks == [
        ("heading", 1, "Partners at work"),
        ("paragraph", 0, (TALK * 3).strip()),
        ("heading", 2, "Timing"),
        ("paragraph", 0, f"“We call early,” Janet says. {TALK * 2}".strip()),
        ("paragraph", 0, "Write down who decides what."),
        ("paragraph", 0, "Meet at the same hour each week."),
        ("paragraph", 0, "Phase | Months"),
        ("paragraph", 0, "One | 12"),
        ("heading", 2, "References"),
        ("reference", 0, "ICH Q7, Good Manufacturing Practice Guide for Active Ingredients, 2000"),
    ]


def test_html_when_the_page_has_a_frame_then_each_block_of_it_is_reported() -> None:
    assert [(one.reason, one.text) for one in read(PAGE).dropped] == [
        ("page header", "Example Weekly"),
        ("page header", "Home"),
        ("page header", "Timing"),
        ("sidebar", "Related stories"),
        ("footer", "© 2026 Example Weekly. All rights reserved."),
    ]


def test_html_when_metadata_disagree_then_json_ld_goes_first() -> None:
    assert read(PAGE).metadata == {
        "title": "Partners at work",
        "show": "Example Weekly",
        "date": "2026-03-04",
        "author": "Jane Doe, John Doe",
        "language": "en",
        "url": "https://trade.example/partners",
        "key": "https://trade.example/partners",
    }


def test_html_when_there_is_no_json_ld_then_opengraph_and_markup_serve() -> None:
    page = (
        '<html lang="de-AT"><head><meta property="og:site_name" content="Blatt">'
        '<meta property="article:published_time" content="2025-12-31T23:00:00+01:00"></head>'
        f"<body><h1>Only heading</h1><p>{TALK * 4}</p></body></html>"
    )
    assert read(page).metadata == {"title": "Only heading", "show": "Blatt", "date": "2025-12-31", "language": "de"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " data:text/html,x",
        "file:///etc/passwd",
        "//host/path",
        "/path",
        "http://",
        "http://user:word@host/",
        "http://[bad",
        "https://a.example/<script>",
        "https://a.example/\nx",
        "https://a.example/" + "x" * 5000,
        "",
    ],
)
def test_html_when_a_url_is_not_plainly_of_the_web_then_it_is_not_kept(url: str) -> None:
    page = (
        f'<html><head><link rel="canonical" href="{url}"><meta property="og:url" content="{url}">'
        f'<script type="application/ld+json">{{"@type": "Article", "url": {json.dumps(url)}}}</script></head>'
        f"<body><p>{TALK * 4}</p></body></html>"
    )
    assert not {"url", "key"} & set(read(page).metadata)
    assert safe_url(url) == ""


def test_html_when_scripts_and_hidden_text_stand_in_it_then_they_are_not_in_the_article() -> None:
    page = (
        f"<html><body><p>{TALK * 4}</p><script>evil()</script><style>p {{}}</style><p onclick='evil()'>{TALK * 2}</p>"
        '<p style="display: none">hidden words</p><iframe src="javascript:evil()"></iframe>'
        "<svg><text>drawn</text></svg></body></html>"
    )
    reading = read(page)
    assert len(reading.blocks) == 2
    assert "evil" not in repr(reading)
    assert [(one.reason, one.text) for one in reading.dropped] == [("hidden", "hidden words")]


@pytest.mark.parametrize("text", ["<html></html>", "<html><body><nav>Home</nav></body></html>", "<!doctype html>"])
def test_html_when_there_is_no_article_then_it_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"page\.html: holds no article"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        f"<html><body>{'<div>' * 100_000}<p>{TALK}</p>{'</div>' * 100_000}",
        f"<html><body><p>{'<b>' * 100_000}{TALK}",
        f"<html><body><div data-x='{'a' * 5_000_000}'><p>{TALK * 3}</p></div>",
        f"<html><body><div {' '.join(f'a{number}=1' for number in range(20_000))}><p>{TALK * 3}</p></div>",
        f"<html><script type='application/ld+json'>{'[' * 100_000}</script><body><p>{TALK * 3}</p>",
        f"<html>\0<body>\0<p>{TALK * 3}\0</p>",
        f"<html><body><p>{TALK * 3}</p>{'&#0;&#xD800;&#x110000;&bogus;' * 1000}",
        f"<html><body>{'<table><tr><td>' * 3000}{TALK * 3}",
    ],
    ids=["deep", "deep inline", "huge attribute", "many attributes", "deep json", "nulls", "bad entities", "tables"],
)
def test_html_when_it_is_hostile_then_its_words_are_read_and_quickly(text: str) -> None:
    start = time.perf_counter()
    assert any(TALK.strip() in block.text for block in read(text).blocks)
    assert time.perf_counter() - start < 20


def test_html_when_the_article_is_not_recognised_then_all_but_the_frame_is_read_and_said() -> None:
    reading = read(f"<html><body>{'<div>' * 3000}<nav>Home</nav><p>{TALK}</p></body></html>")
    assert [block.text for block in reading.blocks] == [TALK.strip()]
    assert reading.faults
    assert [one.reason for one in reading.dropped] == ["navigation"]


def test_html_sniff_when_it_looks_like_a_page_then_it_is_surer_than_the_fallback() -> None:
    reader = HtmlArticleReader()
    assert reader.sniff(source(PAGE, "page.txt")) == 0.7
    assert reader.sniff(source("<div><p>one</p><p>two</p></div>", "page.html")) == 0.5
    assert reader.sniff(source("Plain words with a < b and <i>no</i> page.", "a.txt")) == 0.0
    assert reader.sniff(source("", "a.txt")) == 0.0
