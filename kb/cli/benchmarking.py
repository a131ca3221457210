"""`kb doctor --benchmark`: the backends on this machine, with the library's own texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kb.cli.front import Front
from kb.cli.lines import Body, table_lines
from kb.cli.progress import progress_bar

if TYPE_CHECKING:
    from kb.embedding.measuring import Texts

_OWN = "texts that come along (the library is empty)"


def benchmark(front: Front, count: int) -> dict[str, Any]:
    """What `kb doctor --benchmark` shows: each backend's speed and agreement, and which one is recommended."""
    from kb.embedding.measuring import measure, recommended

    texts, source = sample(front, count)
    with progress_bar("benchmark") as step:
        found = measure(front.settings(), texts, step)
    return {
        "texts": len(texts),
        "texts_of": source,
        "backends": [asdict(one) for one in found],
        "recommended": recommended(found),
    }


def sample(front: Front, count: int) -> tuple[Texts, str]:
    """At most `count` passages, spread over the library, with their sentences; and where they are from."""
    from kb.embedding.calibration import calibration_texts
    from kb.sentences import sentence_spans

    settings = front.settings()
    texts: list[tuple[str, tuple[tuple[int, int], ...]]] = []
    if settings.database_url or settings.data_folder.exists():
        with front.open() as base:
            revisions = [row.revision_id for row in base.library.documents()]
            # A few passages of many documents rather than many of a few.
            for revision_id in revisions[:: max(1, len(revisions) // count)]:
                passages = base.library.passages_of(revision_id)
                share = max(1, -(-count // max(1, len(revisions))))
                texts += [(p.text, p.sentences) for p in passages[:: max(1, len(passages) // share)][:share]]
    if len(texts) > 10:
        return texts[:count], "the library"
    own = calibration_texts()[:count]
    return [(text, tuple(sentence_spans(text))) for text in own], _OWN


def benchmark_lines(body: Body) -> Iterator[str]:
    yield f"{body['texts']} texts: {body['texts_of']}. Agreement: how many of each one's 10 nearest among them are"
    yield "the reference's too; in a larger library neighbours lie closer, and it is lower."
    yield from table_lines(
        (row["backend"], f"{row['texts_per_s']} texts/s", f"{row['ratio']} times, agreement {row['agreement']}")
        if not row["fault"]
        else (row["backend"], "-", row["fault"])
        for row in body["backends"]
    )
    best = body["recommended"]
    yield f"Recommended: {best}. `kb reindex --variant {best}` embeds the library with it."
