"""What is in the library: list, show, themes; and its keeping: delete, check, backup, restore."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.lines import done_lines, faults_lines, list_lines, show_lines, themes_lines

FAULTS = 4


@command("list", "kb list", "kb list --json")
@pass_front
def list_documents(front: Front) -> None:
    """List the documents, by id."""
    from kb.payloads import listed_json

    with front.open() as base:
        documents = [listed_json(row) for row in base.library.documents()]
    front.show({"documents": documents}, list_lines)


@command("show", "kb show 0f3a9c51d2e47b60", "kb show 0f3a9c51d2e47b60 --json")
@click.argument("document", metavar="ID")
@pass_front
def show(front: Front, document: str) -> None:
    """Show one document, whole and in order (`kb list` gives the ids)."""
    from kb.payloads import document_json

    with front.open() as base:
        row = base.library.document(document)
        body = document_json(row, base.library.revision(row.revision_id))
    front.show(body, show_lines)


@command("themes", "kb themes")
@pass_front
def themes(front: Front) -> None:
    """List the themes that passages are assigned to."""
    from kb.payloads import theme_json

    with front.open() as base:
        found = [theme_json(theme) for theme in base.themes.values()]
    front.show({"themes": found}, themes_lines)


@command("delete", "kb delete 0f3a9c51d2e47b60", "kb delete 0f3a9c51d2e47b60 --purge")
@click.argument("document", metavar="ID")
@click.option("--purge", is_flag=True, help="Remove every revision, vector, index entry and cache of it too.")
@pass_front
def delete(front: Front, document: str, purge: bool) -> None:
    """Take a document out of the library and out of every search."""
    with front.open() as base:
        base.delete(document, purge=purge)
    front.show({"done": "purged" if purge else "deleted", "document": document}, done_lines)


@command("check", "kb check", "kb check --deleted 0f3a9c51d2e47b60")
@click.option("--deleted", metavar="ID", help="Prove instead that nothing is left of a purged document.")
@pass_front
def check(front: Front, deleted: str | None) -> None:
    """Prove every invariant of the library and its index. Exit code 4 where one does not hold."""
    with front.open() as base:
        faults = base.check() if deleted is None else base.check_deleted(deleted)
    front.show({"clean": not faults, "faults": faults}, faults_lines)
    if faults:
        click.get_current_context().exit(FAULTS)


@command("backup", "kb backup counterpart-2026-11-22.backup")
@click.argument("file", type=click.Path(path_type=Path))
@pass_front
def backup(front: Front, file: Path) -> None:
    """Write a copy of the library to one file, while it is in use."""
    with front.open() as base:
        base.backup(file)
    front.show({"done": "backed up", "file": str(file), "bytes": file.stat().st_size}, done_lines)


@command("restore", "kb restore counterpart-2026-11-22.backup --data var-restored")
@click.argument("file", type=click.Path(path_type=Path))
@pass_front
def restore(front: Front, file: Path) -> None:
    """Make the library anew from a backup. The index follows by itself."""
    from kb.assembly import restore as restore_library

    settings = front.settings()
    restore_library(settings, file)
    front.show({"done": "restored", "file": str(file), "data": settings.data}, done_lines)


COMMANDS = (list_documents, show, themes, delete, check, backup, restore)
