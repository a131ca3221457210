"""The address of every page that the sample site has."""

from __future__ import annotations

from urllib.parse import quote

from tests.web import samples
from tests.web.conftest import Site
from web.links import Links

QUESTION = "How is trust rebuilt after a failed batch"
ANSWER = Links().ask(QUESTION)


def addresses(site: Site) -> list[str]:
    """Those that GET opens and that no saved quote is needed for, each kind at least once."""
    links, client = Links(), site.client()
    passage = site.base.search("trust")[0].passage.id
    cited = client.get(f"/api/v1{ANSWER}").get_json()["quotes"][0]["url"]
    lists = [links.browse(kind) for kind in ("speakers", "organisations", "shows", "episodes")]
    return [
        links.home(),
        ANSWER,
        *(links.ask(QUESTION, group=group) for group in ("side", "speaker", "date")),
        links.ask(samples.NOT_HERE),
        "/ask?q=x&side=sponsor",
        f"{ANSWER}&side=cdmo",
        links.documents(),
        *(links.document(document_id) for document_id in site.ids.values()),
        "/documents" + cited.partition("/documents")[2],
        links.find(site.ids["episode-12"], "failed batch", 1),
        links.themes(),
        links.theme("trust"),
        links.theme("timing"),
        *lists,
        links.speaker(samples.CDMO.name),
        links.speaker(samples.LEAD.name, composed=True),
        links.organisation(samples.CDMO.organisation),
        links.show("Example Hour"),
        links.related(passage),
        links.collections(),
        links.api("docs"),
        links.problem("question-error"),
        "/themes/nothing",
        "/ask?q=" + quote(" "),
    ]
