"""What every view is given: the knowledge base, the settings, links and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from kb.records import Answer, Filter, Hit
from web.choices import ChoiceReader
from web.directory import DirectoryReader
from web.filters import Parameters, filter_from
from web.links import Links
from web.metrics import Metrics
from web.subquestions import SubQuestions

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.settings import Settings

EXTENSION = "counterpart"


@dataclass(frozen=True)
class Desk:
    """One an application, in app.extensions. links: inside the site."""

    settings: Settings
    knowledge_base: KnowledgeBase
    links: Links
    metrics: Metrics
    choices: ChoiceReader
    directory: DirectoryReader
    subquestions: SubQuestions

    def ask(self, question: str, where: Filter, limit: int = 0) -> Answer:
        answer = self.knowledge_base.ask(question, where, limit)
        self.metrics.answers.labels(answer.status).inc()
        return answer

    def search(self, question: str, where: Filter, limit: int) -> list[Hit]:
        return self.knowledge_base.search(question, where, limit)

    def filter(self, parameters: Parameters) -> Filter:
        return filter_from(parameters, self.knowledge_base.themes)

    def absolute_links(self) -> Links:
        """Links that hold outside the site, for the host that this request came to."""
        return Links(request.url_root.rstrip("/"), self.links.versions)


def desk() -> Desk:
    return cast(Desk, current_app.extensions[EXTENSION])


def query() -> Mapping[str, list[str]]:
    """The query string as name -> values."""
    return request.args.to_dict(flat=False)
