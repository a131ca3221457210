"""The only builder of URLs: of pages, of the API, of cited places and of moments in a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urldefrag, urlencode

from kb.records import Citation, Filter, Passage, citation_id
from web.filters import pairs
from web.security import outgoing
from web.slugs import slug_of

API = "/api/v1"
CITED = "cited"
HEARD = "heard"


@dataclass(frozen=True)
class Links:
    """root: "" for links inside the site, "http://host:8000" (no slash at the end) for absolute ones.

    versions: static file name -> hash of its content, so that a changed file has a new address.
    """

    root: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def home(self) -> str:
        return f"{self.root}/"

    def ask(
        self,
        question: str = "",
        where: Filter | None = None,
        group: str = "",
        after: str = "",
        *,
        follow_up: bool = False,
    ) -> str:
        """group: how the quotes are grouped; nothing is said where it is by relevance. after: the question before.

        follow_up: it is one, whatever it looks like.
        """
        asked = ([("q", question)] if question else []) + (pairs(where) if where else [])
        asked += [("group", group)] if group not in ("", "relevance") else []
        asked += [("after", after)] if after else []
        asked += [("follow_up", "1")] if after and follow_up else []
        return f"{self.root}/ask" + (f"?{urlencode(asked, quote_via=quote)}" if asked else "")

    def questions(self, theme: str = "", show: str = "", page: int = 1) -> str:
        """The questions that hosts asked, narrowed and turned to a page."""
        return self._turned("questions", page, theme=theme, show=show)

    def unanswered(self) -> str:
        return f"{self.root}/unanswered"

    def with_summary(self, answer: str) -> str:
        """answer: an answer's page; the same with the summary written already, for readers without scripts."""
        return f"{answer}&summary=1#summary"

    def summary_stream(self) -> str:
        return f"{self.root}/ask/summary"

    def documents(self) -> str:
        return f"{self.root}/documents"

    def document(self, document_id: str, cite: str = "") -> str:
        """A document's page; with a citation's id, at the cited span, in the revision that was cited."""
        page = f"{self.root}/documents/{_segment(document_id)}"
        return f"{page}?cite={quote(cite, safe='')}#{CITED}" if cite else page

    def download(self, document_id: str, form: str) -> str:
        return f"{self.document(document_id)}/{form}"

    def citation(self, citation: Citation) -> str:
        return self.document(citation.document_id, citation.id)

    def passage(self, passage: Passage) -> str:
        cite = citation_id(passage.revision_id, passage.start, passage.end)
        return self.document(passage.document_id, cite)

    def play(self, document_id: str, second: float, cite: str = "") -> str:
        """A document's page with its player at that second, and the cited words marked where there are any."""
        page, at = f"{self.root}/documents/{_segment(document_id)}", f"t={int(second)}"
        return f"{page}?cite={quote(cite, safe='')}&{at}#{CITED}" if cite else f"{page}?{at}#{HEARD}"

    def find(self, document_id: str, sought: str, hit: int, cite: str = "") -> str:
        """A document's page at one of the places where words were found in it."""
        given = [("find", sought), ("hit", str(hit))] + ([("cite", cite)] if cite else [])
        return f"{self.root}/documents/{_segment(document_id)}?{urlencode(given, quote_via=quote)}#hit"

    def related(self, passage_id: str) -> str:
        return f"{self.root}/passages/{_segment(passage_id)}/related"

    def place(self, document_id: str, number: int) -> str:
        """A document's page at one of its segments."""
        return f"{self.document(document_id)}#{segment_anchor(number)}"

    def segment(self, number: int) -> str:
        return f"#{segment_anchor(number)}"

    def themes(self) -> str:
        return f"{self.root}/themes"

    def theme(self, name: str) -> str:
        return f"{self.root}/themes/{_segment(name)}"

    def collections(self) -> str:
        return f"{self.root}/collections"

    def current_collection(self) -> str:
        """Where a quote is sent that goes into the reader's own collection."""
        return f"{self.collections()}/current"

    def collection(self, token: str, part: str = "") -> str:
        """A collection's page; part: what is done to it, or the form that it is exported in."""
        page = f"{self.collections()}/{_segment(token)}"
        return f"{page}/{part}" if part else page

    def saved(self, token: str, saved_id: int, action: str = "") -> str:
        """A saved quote on its collection's page; action: what is done to it."""
        page = self.collection(token)
        return f"{page}/quotes/{saved_id}/{action}" if action else f"{page}#{saved_anchor(saved_id)}"

    def browse(self, kind: str, name: str = "", side: str = "", page: int = 1) -> str:
        """A list of speakers, organisations, shows or episodes, narrowed and turned to a page."""
        return self._turned(kind, page, name=name, side=side)

    def speaker(self, name: str, *, composed: bool = False) -> str:
        return f"{self.root}/speakers/{slug_of(name, composed=composed)}"

    def organisation(self, name: str, *, composed: bool = False) -> str:
        return f"{self.root}/organisations/{slug_of(name, composed=composed)}"

    def show(self, name: str) -> str:
        return f"{self.root}/shows/{slug_of(name)}"

    def entry(self, kind: str, entry_id: str) -> str:
        return f"{self.root}/{kind}/{_segment(entry_id)}"

    def api_page(self, kind: str, after: str, limit: int) -> str:
        """The page of one of the API's lists that comes after an id."""
        return f"{self.api(kind)}?{urlencode([('after', after), ('limit', limit)])}"

    def problem(self, name: str) -> str:
        return f"{self.root}/problems/{_segment(name)}"

    def static(self, name: str) -> str:
        version = self.versions.get(name, "")
        return f"{self.root}/static/{quote(name)}" + (f"?v={version}" if version else "")

    def api(self, *path: str) -> str:
        return f"{self.root}{API}/" + "/".join(_segment(part) for part in path)

    def audio(self, url: str, second: float | None) -> str:
        """The recording at that second (a media fragment); "" where there is none or it may not be linked."""
        bare = urldefrag(outgoing(url)).url if outgoing(url) else ""
        return f"{bare}#t={int(second)}" if bare and second is not None else bare

    def outgoing(self, url: str) -> str:
        return outgoing(url)

    def _turned(self, path: str, page: int, **narrowed: str) -> str:
        """A list turned to a page; what it is not narrowed by stands in no address, nor does its first page."""
        asked = [(key, value) for key, value in narrowed.items() if value]
        asked += [("page", str(page))] if page > 1 else []
        return f"{self.root}/{path}" + (f"?{urlencode(asked, quote_via=quote)}" if asked else "")


def segment_anchor(number: int) -> str:
    return f"s{number}"


def saved_anchor(saved_id: int) -> str:
    return f"saved-{saved_id}"


def _segment(text: str) -> str:
    return quote(text, safe="")
