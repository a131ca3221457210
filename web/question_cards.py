"""Host questions as pages and the API tell them: who asks whom, where, and the way to the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from kb.follow_up import stands_by_itself
from kb.library.rows import AskedQuestion
from kb.records import citation_id
from kb.words import words
from web.links import Links
from web.words import date

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

# Words of a question that is shown as an example.
_SHORTEST, _LONGEST = 6, 24
# Questions that are looked through for examples: a page that everybody opens must not read all of a large library.
_READ = 2_000


@dataclass(frozen=True)
class QuestionCard:
    """date: as it is written on a page; answer_url: the guest's answer, marked in its document."""

    text: str
    asker: str
    answerer: str
    title: str
    show: str
    date: str
    composed: bool
    sponsored: bool
    ask_url: str
    answer_url: str


class HostQuestionJson(TypedDict):
    """A host's words, which are no guest's advice. answer: citation of the whole answer; page: where it is marked."""

    question: str
    asker: str
    answerer: str
    document: str
    title: str
    show: str
    date: str
    composed: bool
    sponsored: bool
    answer: str
    page: str


class HostQuestionsJson(TypedDict):
    """Nearest first."""

    questions: list[HostQuestionJson]


def question_cards(questions: Iterable[AskedQuestion], links: Links) -> list[QuestionCard]:
    return [
        QuestionCard(
            text=" ".join(one.text.split()),
            asker=one.asker,
            answerer=one.answerer,
            title=one.title,
            show=one.show,
            date=date(one.date) if one.date else "",
            composed=one.composed,
            sponsored=one.sponsored,
            ask_url=links.ask(" ".join(one.text.split())),
            answer_url=links.document(one.document_id, _answer(one)),
        )
        for one in questions
    ]


def question_json(one: AskedQuestion, links: Links) -> HostQuestionJson:
    return {
        "question": " ".join(one.text.split()),
        "asker": one.asker,
        "answerer": one.answerer,
        "document": one.document_id,
        "title": one.title,
        "show": one.show,
        "date": one.date,
        "composed": one.composed,
        "sponsored": one.sponsored,
        "answer": _answer(one),
        "page": links.document(one.document_id, _answer(one)),
    }


def examples(base: KnowledgeBase, links: Links, each: int = 3) -> dict[str, list[QuestionCard]]:
    """Theme -> questions that hosts asked of it, each in one place: real before composed, each of another document."""
    ordered = sorted(base.asked_by_hosts.all(), key=lambda one: one.composed)  # stable: the newest first
    chosen: dict[str, list[AskedQuestion]] = {name: [] for name in base.themes}
    taken: set[str] = set()
    for one in (one for one in ordered[:_READ] if _stands_alone(one.text)):
        if all(len(mine) == each for mine in chosen.values()):
            break
        wanting = [name for name in one.themes if name in chosen and len(chosen[name]) < each]
        wanting = [name for name in wanting if one.document_id not in {other.document_id for other in chosen[name]}]
        if wanting and one.input_hash not in taken:
            taken.add(one.input_hash)
            chosen[min(wanting, key=lambda name: len(chosen[name]))].append(one)
    kept = set(base.library.still_asked([one for mine in chosen.values() for one in mine]))
    return {name: question_cards([one for one in mine if one in kept], links) for name, mine in chosen.items()}


def sifted(questions: Sequence[AskedQuestion], theme: str, show: str) -> list[AskedQuestion]:
    """Those of a theme and of a show; "": of any."""
    return [
        one
        for one in questions
        if (not theme or theme in one.themes) and (not show or one.show.lower() == show.lower())
    ]


def _answer(one: AskedQuestion) -> str:
    return citation_id(one.revision_id, one.answer_start, one.answer_end)


def _stands_alone(text: str) -> bool:
    return _SHORTEST <= len(words(text)) <= _LONGEST and stands_by_itself(text)
