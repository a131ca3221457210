from __future__ import annotations

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.srt import SrtReader
from ingest.readers.webvtt import WebVttReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, seconds, source, words_of


def read(body: str, header: str = "WEBVTT\n\n") -> Reading:
    reading = WebVttReader().read(source(header + body, "talk.vtt"))
    assert_sound(reading)
    return reading


def test_voices_when_several_in_a_cue_then_each_has_its_words() -> None:
    reading = read("00:01.000 --> 00:05.000\n<v.loud Jane Doe>Is it\nready?</v> <v Bob>No,\nnot yet.</v>\n")
    assert said(reading) == [("Jane Doe", "Is it ready?"), ("Bob", "No, not yet.")]
    assert reading.cues == 1
    assert [(block.start_s, block.end_s) for block in reading.blocks] == [(1.0, 3.0), (3.0, 5.0)]


def test_tags_and_entities_when_in_a_cue_then_only_words_stay() -> None:
    body = "00:01.000 --> 00:02.000 align:start line:0\n<c.red>Q&amp;A</c> of <i>R&D</i> &lt;5&nbsp;mg <5 mg R&params\n"
    assert read(body).blocks[0].text == "Q&A of R&D <5 mg <5 mg R&params"


def test_inline_times_when_in_a_cue_then_marks_of_their_words() -> None:
    reading = read("00:01.000 --> 00:03.000\nwe<00:00:01.500><c> called</c><00:00:02.000><c> them</c>\n")
    assert reading.blocks[0].text == "we called them"
    assert reading.blocks[0].marks == ((0, 1.0), (3, 1.5), (10, 2.0), (14, 3.0))


def test_youtube_when_its_captions_roll_then_each_word_stands_once_with_its_time() -> None:
    reading = read(
        "00:00.100 --> 00:02.400 align:start\n \nso<00:00:01.000><c> we</c>\n\n"
        "00:02.400 --> 00:02.410\nso we\n \n\n"
        "00:02.410 --> 00:04.300\nso we\ncalled<00:00:03.000><c> them</c>\n\n"
        "00:04.300 --> 00:04.310\ncalled them\n \n\n"
        "00:04.310 --> 00:06.000\ncalled them\nat<00:00:05.000><c> once</c>\n",
        "WEBVTT\nKind: captions\nLanguage: en\n\n",
    )
    assert said(reading) == [(None, "so we called them at once")]
    assert seconds(reading.blocks) == [0.1, 1.0, 2.4, 2.41, 3.0, 4.3, 4.31, 5.0, 6.0]
    assert reading.faults == ("rolling captions: 4 repeated lines were left out",)


def test_blocks_that_are_no_cues_when_read_then_dropped_with_their_reason_and_line() -> None:
    body = "NOTE\nnot said\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:one\n\nintro\n00:01.000 --> 00:02.000\nHello.\n"
    reading = read(body, "WEBVTT - a talk\nLanguage: en-GB\n\n")
    assert [(item.reason, item.line) for item in reading.dropped] == [
        ("WEBVTT header", 1),
        ("NOTE block", 4),
        ("STYLE block", 7),
        ("REGION block", 10),
        ("cue identifiers", 14),
    ]
    assert reading.metadata == {"language": "en"}
    assert (reading.blocks[0].text, reading.blocks[0].line) == ("Hello.", 14)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("00:01.000 --> 00:02.000\nOne.\n00:02.000 --> 00:03.000\nTwo.\n", "One. Two."),
        ("1\n00:01.000 --> 00:02.000\nOne.\n2\n00:02.000 --> 00:03.000\nTwo.\n", "One. Two."),
        (
            "00:01.000 --> 00:02.000\nOne,\n\nbehind a gap.\n\n00:02.000 --> 00:03.000\nTwo.\n",
            "One, behind a gap. Two.",
        ),
        ("00:00:01,000 --> 00:00:02,000\nComma.\n", "Comma."),
        ("00:01 --> 00:02\nNo fraction.\n", "No fraction."),
        ("-00:01.000 --> 00:02.000\nNegative.\n", "Negative."),
        ("00:01.000 --> 00:02.000 On the line.\n", "On the line."),
        ("00:01.xx0 --> 00:02.000\nBroken time.\n", "Broken time."),
        ("00:01.000 --> 00:02.000\r\nOld\rends.\r\n", "Old ends."),
        ("00:01.000 --> 00:02.000\n\n00:02.000 --> 00:03.000\nTwo.\n", "Two."),
        ("A --> B is an arrow\n\n00:01.000 --> 00:02.000\nOne.\n", "A --> B is an arrow One."),
        ("00:01.000 --> 00:02.000\nNOTE is a word here\n", "NOTE is a word here"),
    ],
)
def test_odd_file_when_read_then_no_word_is_lost(body: str, text: str) -> None:
    assert " ".join(words_of(read(body).blocks)) == text


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("-00:01.000 --> 00:02.000\nWords.\n", "negative"),
        ("00:05.000 --> 00:02.000\nWords.\n", "ends before it starts"),
        ("00:xx.000 --> 00:02.000\nWords.\n", "cannot be read"),
        ("00:01.000 --> 00:02.000\nOne.\n\nLoose.\n", "behind an empty line"),
        ("00:01.000 --> 00:09.000\nOne.\n\n00:02.000 --> 00:10.000\nTwo.\n", "overlaps"),
    ],
)
def test_odd_file_when_read_then_the_fault_is_told_with_its_line(body: str, what: str) -> None:
    faults = read(body).faults
    assert len(faults) == 1
    assert what in faults[0]
    assert "line" in faults[0]


def test_speaker_heads_when_a_file_has_no_voices_then_they_name_the_speakers() -> None:
    heads = ["Ann: Ready?", "Bob: No.", "Ann: Oh."]
    body = "".join(f"00:0{no}.000 --> 00:0{no}.900\n{line}\n\n" for no, line in enumerate(heads))
    assert said(read(body)) == [("Ann", "Ready?"), ("Bob", "No."), ("Ann", "Oh.")]


def test_cue_without_a_voice_when_others_have_one_then_its_speaker_is_unknown() -> None:
    body = "00:01.000 --> 00:02.000\n<v Ann>Ready?\n\n00:02.000 --> 00:03.000\n[applause]\n"
    assert said(read(body)) == [("Ann", "Ready?"), (None, "[applause]")]


@pytest.mark.parametrize("text", ["WEBVTT", "WEBVTT\n\nNOTE nothing\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n"])
def test_file_when_it_holds_no_words_then_refused(text: str) -> None:
    with pytest.raises(InputError, match="no caption") as caught:
        WebVttReader().read(source(text, "talk.vtt"))
    assert caught.value.where.startswith("talk.vtt, line ")


def test_sniff_when_header_or_ending_then_sure() -> None:
    cue = "00:01.000 --> 00:02.000\nHello.\n"
    assert WebVttReader().sniff(source("\ufeffWEBVTT\n\n" + cue)) == 1.0
    assert WebVttReader().sniff(source(cue, "talk.vtt")) > SrtReader().sniff(source(cue, "talk.vtt"))
    assert WebVttReader().sniff(source("An article about WEBVTT.")) == 0.0


@given(
    st.lists(
        st.lists(st.from_regex(r"[a-z]{1,7}[.,]?", fullmatch=True), min_size=1, max_size=5), min_size=1, max_size=12
    )
)
def test_good_file_when_read_then_its_words_are_those_of_webvtt_py(cues: list[list[str]]) -> None:
    body = "".join(f"00:{no:02}.000 --> 00:{no:02}.900\n<v Ann>{' '.join(line)}\n\n" for no, line in enumerate(cues))
    referee = [word for caption in webvtt.from_string("WEBVTT\n\n" + body).captions for word in caption.text.split()]
    reading = read(body)
    if not reading.dropped[1:]:
        assert words_of(reading.blocks) == referee
        assert set(range(len(cues))) <= set(seconds(reading.blocks))


@given(st.text(st.sampled_from("WEBVTTNO \n\r0123:.,->&<v Ann>;/{}\\[]"), max_size=300))
def test_any_text_when_read_then_words_or_an_input_error(body: str) -> None:
    for reader in (WebVttReader(), SrtReader()):
        try:
            reading = reader.read(source("WEBVTT\n\n" + body, "talk.vtt"))
        except InputError:
            continue
        assert_sound(reading)
