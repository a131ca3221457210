"""What the library tells an index: everything, or what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kb.engines import Draft, Home, View, remove_index
from kb.facets import FACETS
from kb.library import GenerationRow, IndexEntry, Library
from kb.records import content_hash
from kb.settings import Settings

# Passages taken in at one step: a question that finds the index behind waits for one step at most.
STEP_PASSAGES = 4_000
STEP_CHANGES = 256


@dataclass(frozen=True, slots=True)
class Step:
    """Passages that came and went up to the change `reached`; one that is in both was changed."""

    added: list[IndexEntry]
    removed: list[int]
    reached: int
    purge: bool


def home_of(settings: Settings, library: Library, generation: GenerationRow) -> Home:
    """Where a generation's index lies, and what it must be made of (law 3)."""
    made_of: dict[str, str | int] = {
        "library": library.library_id(),
        "generation": generation.id,
        "model": generation.model_key,
        "dimension": generation.dimension,
        "passages": generation.passages,
        "normaliser": generation.normaliser,
        "facets": FACETS,
    }
    recipe = content_hash(*(f"{key}={value}" for key, value in made_of.items()))[:8]
    name = f"g{generation.id}-{library.library_id()[:8]}-{recipe}"
    return Home(index_folder(settings) / name, generation.dimension, made_of)


def index_folder(settings: Settings) -> Path:
    return settings.data_folder / "index"


def sweep(settings: Settings, library: Library, keep: int = 0) -> bool:
    """Remove this library's indexes of generations that are retired or unknown; keep: of all but this one.

    False where one of them stays for now, because another process is writing to it.
    """
    rows = [row for row in library.kept_generations() if keep in (0, row.id)]
    kept = {home_of(settings, library, row).folder for row in rows}
    folders = set(index_folder(settings).glob(f"g*-{library.library_id()[:8]}-*"))
    left = [folder for folder in sorted(folders - kept) if not remove_index(folder)]
    return not left


def fill(library: Library, generation: GenerationRow, draft: Draft) -> None:
    """Everything that the generation holds. What is published meanwhile is told again by `follow`."""
    sequence, last = library.sequence(), 0
    while entries := library.entries_after(last, generation, STEP_PASSAGES):
        draft.add(entries, (), 0)
        last = entries[-1].no
    draft.add((), (), sequence)


def follow(library: Library, generation: GenerationRow, draft: Draft) -> None:
    """What changed since; a draft knows not what it holds, so what came goes first."""
    while (target := library.sequence()) > draft.sequence:
        step = next_step(library, generation, draft.sequence, target)
        again = sorted({entry.no for entry in step.added} | set(step.removed))
        draft.add(step.added, again, step.reached, purge=step.purge)


def next_step(library: Library, generation: GenerationRow, since: int, target: int, view: View | None = None) -> Step:
    """The next changes of a generation up to the library's change `target`. view: holds what need not come again."""
    steps = library.changes_since(since, generation.id, STEP_CHANGES)
    reached = target if len(steps) < STEP_CHANGES else steps[-1].seq
    added: dict[int, None] = {}
    removed: dict[int, None] = {}
    purge = False
    for step in steps:
        purge = purge or step.kind == "purge"
        if step.kind == "add":
            added.update(dict.fromkeys(step.nos))
        else:
            # A build may have read it before it was told: it is taken out wherever it came from.
            removed.update(dict.fromkeys(step.nos))
            for no in step.nos:
                added.pop(no, None)
        if len(added) >= STEP_PASSAGES:
            reached = step.seq
            break
    known = view.documents(list(added)) if view is not None else {}
    fresh = [no for no in added if no not in known or no in removed]
    return Step(library.entries(fresh, generation.model_key), list(removed), reached, purge)
