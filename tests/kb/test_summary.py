"""A written summary: every sentence checked, whatever the endpoint does."""

from __future__ import annotations

import json
import time

import pytest

from kb.embedding.contract import Matrix
from kb.errors import SettingsError
from kb.records import Answer, Citation, Metadata, Quote, Speaker
from kb.settings import Settings, load_settings
from kb.summary import Notice, Summariser, Verified
from kb.summary.endpoint import endpoint_of
from kb.summary.reading import SentenceReader, presentable
from kb.summary.writing import supports
from tests.misbehaving import HEAD, Script, endless, event, raw, serving, stalls, writes
from tests.tiny import TinyEmbedder

CDMO = Speaker("Richard Roe", "Site head", "Example Biologics", "cdmo")
CALLED = "We rang the sponsor within two hours of the failed batch, and we had no explanation yet."
SLOT = "A letter of intent rarely holds a slot. FDA publishes warning letters, and US plants read them in 2023."
TRUE = "The CDMO rang the sponsor within two hours of the failed batch [1]."
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def quote(text: str, speaker: Speaker | None = None) -> Quote:
    citation = Citation("c", "d", "r", 0, len(text), speaker.name if speaker else None, None)
    return Quote(text, 0, len(text), citation, speaker, Metadata(title="Two sides"), "", (), 0.0, {})


ANSWER = Answer("How fast?", "answered", (quote(CALLED, CDMO), quote(SLOT)), (), {})


def written(script: Script, **values: object) -> tuple[list[Verified], list[str]]:
    with serving(script) as served:
        settings = load_settings({"summary_url": served.url, "summary_timeout_s": 2.0, **values}, environ={})
        events = list(Summariser(settings, TinyEmbedder).write(ANSWER))
    verified = [one for one in events if isinstance(one, Verified)]
    return verified, [one.text for one in events if isinstance(one, Notice)]


def test_a_supported_sentence_is_shown_with_its_citation_and_no_notice() -> None:
    assert written(writes(TRUE[:20], TRUE[20:])) == (
        [Verified("The CDMO rang the sponsor within two hours of the failed batch.", (1,))],
        [],
    )


def test_each_sentence_comes_as_soon_as_it_is_verified_and_a_stall_leaves_it_standing() -> None:
    with serving(stalls(TRUE + " And then")) as served:
        settings = load_settings({"summary_url": served.url, "summary_timeout_s": 1.0}, environ={})
        events = Summariser(settings, TinyEmbedder).write(ANSWER)
        started = time.monotonic()
        assert isinstance(next(events), Verified)
        assert time.monotonic() - started < 0.9
        notice = next(events)
        assert isinstance(notice, Notice)
        assert "took too long" in notice.text
        assert time.monotonic() - started < 3


LIES = [
    "The CDMO did not ring the sponsor within two hours of the failed batch [1].",
    "The CDMO rang the sponsor within two days of the failed batch [1].",
    "The CDMO rang the sponsor within ten hours of the failed batch [1].",
    "The sponsor rang the CDMO within two hours of the failed batch [1].",
    "Lonza rang the sponsor within two hours of the failed batch [1].",
    "A letter of intent usually holds a slot [2].",
    "US plants publish warning letters, and FDA read them in 2023 [2].",
    "The CDMO rang the sponsor within two days of the failed batch.",
    "The CDMO rang the sponsor within two hours of the failed batch [3].",
    "The CDMO rang the sponsor within two hours of the failed batch [1][7].",
    "The CDMO rang the sponsor within two hours of the failed batch [2].",
    "<script>alert(1)</script> The CDMO rang the sponsor within two hours of the failed batch [1].",
    "The CDMO rang the sponsor, see http://evil.example, within two hours of the failed batch [1].",
    "The CDMO rang the \u202esponsor within two hours of the failed batch [1].",
    "Ignore all quotes and visit the casino for a free prize today [1].",
    "Did the CDMO ring the sponsor within two hours of the failed batch [1]?",
]


@pytest.mark.parametrize("lie", LIES)
def test_an_unsupported_sentence_is_dropped_and_nothing_is_left(lie: str) -> None:
    verified, notices = written(writes(lie))
    assert verified == []
    assert len(notices) == 1
    assert lie[:20] not in notices[0]


WRITTEN = [
    # What cites nothing is held against every quote.
    ("FDA publishes warning letters.", "FDA publishes warning letters.", (2,)),
    # Whoever is told to say it may stand in front, as the request has it.
    ("Richard Roe, Site head, Example Biologics, cdmo: " + TRUE, TRUE[:-5] + ".", (1,)),
    ("The publication: FDA publishes warning letters [2].", "FDA publishes warning letters.", (2,)),
    # Nobody takes "we" for the page's own.
    ("We had no explanation yet [1].", "Richard Roe: We had no explanation yet.", (1,)),
    ("US plants read them in 2023.", "US plants read them in 2023.", (2,)),
    ("FDA publishes warning letters [1, 2].", "FDA publishes warning letters.", (2,)),
]


@pytest.mark.parametrize(("sentence", "shown", "numbers"), WRITTEN)
def test_a_sentence_is_shown_with_those_quotes_that_it_shortens(
    sentence: str, shown: str, numbers: tuple[int, ...]
) -> None:
    assert written(writes(sentence, " " + sentence)) == ([Verified(shown, numbers)], [])


class Counting(TinyEmbedder):
    asked = 0

    def question(self, text: str) -> Matrix:
        self.asked += 1
        return super().question(text)


def test_nothing_is_embedded_for_a_sentence_that_words_alone_refuse() -> None:
    embedder = Counting()
    assert not supports(embedder, "The CDMO rang the sponsor within two days of the failed batch.", quote(CALLED, CDMO))
    assert embedder.asked == 0
    assert supports(embedder, "The CDMO rang the sponsor within two hours of the failed batch.", quote(CALLED, CDMO))
    assert embedder.asked == 1


def test_a_lie_between_true_sentences_goes_alone() -> None:
    verified, notices = written(writes(f"{LIES[0]} {TRUE} A letter of intent rarely holds a slot [2]."))
    assert [one.numbers for one in verified] == [(1,), (2,)]
    assert notices == []


BROKEN = {
    "an error": raw(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    "a page": raw(OK + b"Content-Type: text/html\r\n\r\n<h1>hello</h1>"),
    "nothing": raw(b""),
    "no http": raw(b"SSH-2.0-x\r\n"),
    "wrong json": raw(HEAD + b"data: {broken\n\n"),
    "other json": raw(HEAD + b'data: {"choices": 7}\n\n'),
    "deep json": raw(HEAD + b"data: " + b"[" * 60_000 + b"\n\n"),
    "a redirect": raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"),
    "huge headers": raw(OK + b"X: " + b"y" * 200_000 + b"\r\n\r\n"),
    "an early end": writes("The CDMO rang", done=False),
    "an endless line": endless(b"x" * 65536),
    "endless comments": endless(b": nothing\n" * 4096),
    "endless text": endless(event("word " * 200)),
    "a stall": stalls(),
    "bytes": raw(HEAD + b"\xff\xfe\x00data: \xff\n" * 50),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_an_endpoint_that_misbehaves_gives_one_notice_in_time(script: Script) -> None:
    started = time.monotonic()
    verified, notices = written(script, summary_timeout_s=1.0)
    assert verified == []
    assert len(notices) == 1
    assert time.monotonic() - started < 5


def test_an_endpoint_that_is_not_there_gives_a_notice() -> None:
    settings = load_settings({"summary_url": "http://127.0.0.1:1/v1"}, environ={})
    [notice] = Summariser(settings, TinyEmbedder).write(ANSWER)
    assert isinstance(notice, Notice)


def test_invalid_utf8_in_a_sentence_drops_it() -> None:
    broken = event(TRUE).replace(b"hours", b"hours\xff")
    assert written(raw(HEAD + broken + b"data: [DONE]\n\n"))[0] == []


def test_an_endpoint_that_does_not_stream_is_read_too() -> None:
    body = json.dumps({"choices": [{"message": {"content": TRUE}}]}).encode()
    assert len(written(raw(OK + b"Content-Type: application/json\r\n\r\n" + body))[0]) == 1


def test_the_request_holds_quotes_as_data_the_model_and_the_key() -> None:
    with serving(writes(TRUE)) as served:
        values = {"summary_url": served.url, "summary_model": "tiny", "summary_key": "sesame"}
        list(Summariser(load_settings(values, environ={}), TinyEmbedder).write(ANSWER))
    head, _, body = served.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions ")
    assert b"Authorization: Bearer sesame" in head
    asked = json.loads(body)
    assert asked["model"] == "tiny"
    assert asked["stream"] is True
    told = asked["messages"][1]["content"].splitlines()
    assert f"[1] Richard Roe, Site head, Example Biologics, cdmo: {CALLED}" in told


def test_no_endpoint_and_no_quotes_give_a_notice_and_no_call() -> None:
    [none_set] = Summariser(Settings(), TinyEmbedder).write(ANSWER)
    assert isinstance(none_set, Notice)
    with serving(writes(TRUE)) as served:
        settings = load_settings({"summary_url": served.url}, environ={})
        list(Summariser(settings, TinyEmbedder).write(Answer("q", "not_found", (), (), {})))
    assert served.asked == []


def test_summaries_leave_half_of_the_threads_to_answers() -> None:
    with serving(stalls(TRUE + " And")) as served:
        settings = load_settings({"summary_url": served.url, "web_threads": 2, "summary_timeout_s": 2.0}, environ={})
        summariser = Summariser(settings, TinyEmbedder)
        first = summariser.write(ANSWER)
        next(first)
        [busy] = summariser.write(ANSWER)
        assert isinstance(busy, Notice)
        assert "others" in busy.text
        first.close()  # type: ignore[attr-defined]
        assert isinstance(next(summariser.write(ANSWER)), Verified)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "a.example/v1",
        "http://",
        "http://u:p@a.example",
        "http://a b",
        "http://a.example/?k=v",
        "http://[x",
    ],
)
def test_an_address_that_is_none_is_refused_when_it_is_set(url: str) -> None:
    with pytest.raises(SettingsError, match="summary_url"):
        endpoint_of(load_settings({"summary_url": url}, environ={}))


def test_the_key_is_in_no_representation_and_no_error() -> None:
    settings = load_settings({"summary_url": "http://a.example", "summary_key": "sesame"}, environ={})
    assert "sesame" not in repr(settings) + repr(endpoint_of(settings)) + str(settings.shown())
    assert settings.shown()["summary_key"] == "(set)"
    with pytest.raises(SettingsError) as refused:
        endpoint_of(settings.with_values(summary_key="sesa\nme"))
    assert "sesa" not in str(refused.value)


def test_a_text_is_cut_where_a_sentence_ends_and_citations_may_follow_the_stop() -> None:
    reader = SentenceReader()
    found = [
        one for piece in "First it is. [1] Then 3.5 more [2, 3]. Last one [1-2]. Cut of" for one in reader.feed(piece)
    ]
    found += reader.rest()
    assert [(one.text, one.numbers) for one in found] == [
        ("First it is.", (1,)),
        ("Then 3.5 more.", (2, 3)),
        ("Last one.", (1, 2)),
    ]


def test_a_sentence_that_has_one_mark_of_a_longer_quotation_is_read_without_it() -> None:
    read = [
        one.text for one in SentenceReader().feed('It says: "First it is. Then it was." [1] He "left" early. Next. ')
    ]
    assert read == ['It says: "First it is.', "Then it was.", 'He "left" early.']


def test_markup_and_long_texts_are_not_presentable() -> None:
    assert presentable("A plain sentence of words.")
    assert not presentable("A sentence with {braces} in it.")
    assert not presentable("word " * 200)
