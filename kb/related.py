"""Passages of other documents that are nearest to a passage."""

from __future__ import annotations

from kb.indexing import Follower
from kb.library import Library
from kb.records import Hit, Passage

RELATED = 4


def related(library: Library, follower: Follower, passage: Passage, limit: int = RELATED) -> list[Hit]:
    """The best passage of each of the nearest other documents, by cosine, ties by number; none of the same interview.

    Empty where the passage is not indexed: an index that is being made anew has not reached it.
    """
    followed = follower.current()
    if followed is None or limit < 1:
        return []
    view = followed.view
    own = {passage.document_id, *library.linked(passage.document_id)}
    try:
        vector = view.vectors([passage.no])[0]
    except KeyError:
        return []
    ours = sum(len(library.passages_of(library.document(one).revision_id)) for one in own)
    # Several of the nearest may be of one document.
    near = view.dense(vector, ours + 16 * limit)
    documents = view.documents(list(near))
    best: dict[str, int] = {}
    for no, cosine in near.items():
        if cosine > 0 and documents.get(no, passage.document_id) not in own:
            best.setdefault(documents[no], no)
    chosen = list(best.values())[:limit]
    found = library.passages_by_no(chosen)
    return [Hit(found[no], near[no], {"dense": near[no]}) for no in chosen if no in found]
