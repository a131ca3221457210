"""Collections of saved quotes: each opened by an unguessable link, kept for some days, changed one step at a time.

Every change is one transaction upon what the database holds then, never upon what a page showed. What was written by
hand (a name, a note) is replaced only by somebody who has seen it: they say its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kb.errors import BusyError, ChangedMeanwhileError, NotFoundError, ReadOnlyError, UsageError
from kb.library.rows import CollectionRow, SavedRow
from kb.library.schema import collected, collections, revisions
from kb.library.store import Store
from kb.records import Citation
from kb.words import words

NAME_CHARS = 120
UNNAMED = "Saved quotes"
PURGED = "purged"
# So many words of a purged document in a row, in a note, are its words and not the reader's own.
REPEATED = 6
REPEATED_NOTE = "(A note stood here that repeated words of a document that was purged.)"
# Opening a collection prolongs it, but writes no more often than this.
_PROLONGED_AFTER = timedelta(days=1)


class Collecting(Store):
    """tokens: of the links, as text; `at`: now, in UTC.

    Every method raises NotFoundError for a token that opens nothing (any more), and those that change something
    ReadOnlyError for the token of a link that only reads.
    """

    def make_collection(self, edit_token: str, read_token: str, name: str, at: datetime) -> CollectionRow:
        """An empty collection. Raises UsageError where the library keeps as many as it may, or the name is too long."""
        with self.writing() as connection:
            self._insert(connection, edit_token, read_token, clean_name(name), at)
            return _read(connection, _opened(connection, edit_token, at), True)

    def open_collection(self, token: str, at: datetime) -> CollectionRow:
        """Read it, and keep it for another term. What has come to its end is deleted on the way."""
        with self.reading() as connection:
            row = _opened(connection, token, at)
            found = _read(connection, row, row.edit_hash == token_hash(token))
            over = connection.scalar(select(collections.c.id).where(collections.c.expires_at <= _stamp(at)).limit(1))
        if over is not None or found.expires_at < _stamp(self._end(at) - _PROLONGED_AFTER):
            with suppress(BusyError):  # Reading needs no write: the next visit prolongs it.
                self._prolong(token, at)
        return found

    def rename_collection(self, token: str, name: str, version: int, at: datetime) -> CollectionRow:
        """Raises ChangedMeanwhileError where `version` is not the name's any more, UsageError for a long name."""
        with self.writing() as connection:
            row = self._edited(connection, token, at)
            if row.version != version and row.name != clean_name(name):
                raise _changed("The collection has another name")
            mine = update(collections).where(collections.c.id == row.id)
            connection.execute(mine.values(name=clean_name(name), version=row.version + 1))
            return _read(connection, _opened(connection, token, at), True)

    def delete_collection(self, token: str, at: datetime) -> None:
        with self.writing() as connection:
            row = self._edited(connection, token, at)
            connection.execute(delete(collections).where(collections.c.id == row.id))

    def copy_collection(self, token: str, edit_token: str, read_token: str, at: datetime) -> CollectionRow:
        """A collection of one's own that holds the same, notes included; either link may be copied from."""
        with self.writing() as connection:
            row = _opened(connection, token, at)
            made = self._insert(connection, edit_token, read_token, row.name, at)
            for saved in connection.execute(_of(row.id)).all():
                values = {name: getattr(saved, name) for name in ("place", "citation", "document_id", "note")}
                values |= {"collection_id": made, "version": 1, "added_at": _stamp(at)}
                connection.execute(insert(collected).values(**values))
            return _read(connection, _opened(connection, edit_token, at), True)

    def save_quote(self, token: str, citation: Citation, note: str, at: datetime) -> int:
        """Put a quote at the end; its number. One that is there already stays as it is, with its note.

        Raises UsageError where the collection is full or the note too long.
        """
        note = self._clean_note(note)
        with self.writing() as connection:
            row = self._edited(connection, token, at)
            if connection.scalar(select(revisions.c.id).where(revisions.c.id == citation.revision_id)) is None:
                raise NotFoundError("the document was purged meanwhile")  # and would leave its note behind
            here = _of(row.id).where(collected.c.citation == citation.id)
            known = connection.execute(here).first()
            if known is not None:
                return int(known.id)
            held = connection.scalar(select(func.count()).where(collected.c.collection_id == row.id)) or 0
            if held >= self.settings.collection_quotes:
                way_out = "Remove one, or begin another collection."
                raise UsageError(f"this collection holds {held} quotes, which is as many as it may", way_out=way_out)
            last = connection.scalar(select(func.max(collected.c.place)).where(collected.c.collection_id == row.id))
            values: dict[str, Any] = {
                "collection_id": row.id,
                "place": (last or 0) + 1,
                "citation": citation.id,
                "note": note,
            }
            values |= {"document_id": citation.document_id, "version": 1, "added_at": _stamp(at)}
            key = connection.execute(insert(collected).values(**values)).inserted_primary_key
            assert key is not None  # noqa: S101  # an insert of one row always has one
            return int(key[0])

    def note_quote(self, token: str, saved_id: int, note: str, version: int, at: datetime) -> None:
        """Replace the note of that version. Raises ChangedMeanwhileError where there is a newer one, UsageError."""
        note = self._clean_note(note)
        with self.writing() as connection:
            saved = _saved(connection, self._edited(connection, token, at).id, saved_id)
            if saved.note == note:
                return
            if saved.version != version:
                raise _changed("There is another note beside this quote")
            mine = update(collected).where(collected.c.id == saved_id)
            connection.execute(mine.values(note=note, version=saved.version + 1))

    def move_quote(self, token: str, saved_id: int, steps: int, at: datetime) -> None:
        """Up (steps < 0) or down among the quotes as they stand now; at either end it stays."""
        with self.writing() as connection:
            row = self._edited(connection, token, at)
            _saved(connection, row.id, saved_id)
            order = [saved.id for saved in connection.execute(_of(row.id))]
            here = order.index(saved_id)
            order.insert(max(0, min(len(order) - 1, here + steps)), order.pop(here))
            for place, moved in enumerate(order, start=1):
                connection.execute(update(collected).where(collected.c.id == moved).values(place=place))

    def remove_quote(self, token: str, saved_id: int, version: int, at: datetime) -> None:
        """Raises ChangedMeanwhileError where its note was changed after `version`: it would be lost unread."""
        with self.writing() as connection:
            saved = _saved(connection, self._edited(connection, token, at).id, saved_id)
            if saved.version != version:
                raise _changed("There is another note beside this quote")
            connection.execute(delete(collected).where(collected.c.id == saved_id))

    def _insert(self, connection: Connection, edit_token: str, read_token: str, name: str, at: datetime) -> int:
        _sweep(connection, at)
        kept = connection.scalar(select(func.count()).select_from(collections)) or 0
        if kept >= self.settings.collections:
            way_out = "Save to a collection that you have, or try again in some days."
            raise UsageError("this server keeps no more collections now", way_out=way_out)
        values: dict[str, Any] = {
            "edit_hash": token_hash(edit_token),
            "read_hash": token_hash(read_token),
            "name": name,
        }
        values |= {"version": 1, "created_at": _stamp(at), "expires_at": _stamp(self._end(at))}
        key = connection.execute(insert(collections).values(**values)).inserted_primary_key
        assert key is not None  # noqa: S101  # an insert of one row always has one
        return int(key[0])

    def _edited(self, connection: Connection, token: str, at: datetime) -> Row[Any]:
        row = _opened(connection, token, at)
        if row.edit_hash != token_hash(token):
            raise ReadOnlyError("this link reads the collection", way_out="Open its edit link, or make a copy.")
        connection.execute(
            update(collections).where(collections.c.id == row.id).values(expires_at=_stamp(self._end(at)))
        )
        return row

    def _prolong(self, token: str, at: datetime) -> None:
        with self.writing() as connection:
            _sweep(connection, at)
            mine = (collections.c.edit_hash == token_hash(token)) | (collections.c.read_hash == token_hash(token))
            connection.execute(update(collections).where(mine).values(expires_at=_stamp(self._end(at))))

    def _end(self, at: datetime) -> datetime:
        return at + timedelta(days=self.settings.collection_days)

    def _clean_note(self, note: str) -> str:
        clean = _printable(note.replace("\r\n", "\n").replace("\r", "\n")).strip()
        most = self.settings.collection_note_chars
        if len(clean) > most:
            raise UsageError(f"the note has {len(clean)} characters", way_out=f"It may have {most}.")
        return clean


def token_hash(token: str) -> str:
    """Plain SHA-256: a token has more randomness than could ever be tried."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def clean_name(name: str) -> str:
    """On one line. Raises UsageError where it is too long; an empty one is UNNAMED."""
    clean = " ".join(_printable(name).split())
    if len(clean) > NAME_CHARS:
        raise UsageError(f"the name has {len(clean)} characters", way_out=f"It may have {NAME_CHARS}.")
    return clean or UNNAMED


def forget_document(connection: Connection, document_id: str) -> None:
    """What a purge leaves of a document in collections: that quotes of it were saved. Before its text is deleted.

    The notes beside these go. So does every other note or name that repeats REPEATED words of it in a row, and a line
    in its place says so.
    """
    mine = update(collected).where(collected.c.document_id == document_id)
    connection.execute(mine.values(citation="", document_id=PURGED, note="", version=collected.c.version + 1))
    texts = connection.scalars(select(revisions.c.text).where(revisions.c.document_id == document_id))
    gone = {run for text in texts for run in _runs(text)}
    for table, column, instead in (
        (collected, collected.c.note, REPEATED_NOTE),
        (collections, collections.c.name, UNNAMED),
    ):
        told = connection.execute(select(table.c.id, column).where(column != "")).all()
        for number in [number for number, text in told if not gone.isdisjoint(_runs(text))]:
            chosen = update(table).where(table.c.id == number)
            connection.execute(chosen.values({column: instead, table.c.version: table.c.version + 1}))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every REPEATED words in a row, whatever stands between them."""
    every = words(text)
    return zip(*(every[first:] for first in range(REPEATED)), strict=False)


def _printable(text: str) -> str:
    """Without what no form of export could hold: control characters and halves of surrogate pairs."""
    return "".join("\ufffd" if _unfit(character) else character for character in text)


def _unfit(character: str) -> bool:
    code = ord(character)
    control = (code < 0x20 and character not in "\t\n") or 0x7F <= code < 0xA0
    return control or 0xD800 <= code <= 0xDFFF or (code & 0xFFFE) == 0xFFFE


def _opened(connection: Connection, token: str, at: datetime) -> Row[Any]:
    mine = (collections.c.edit_hash == token_hash(token)) | (collections.c.read_hash == token_hash(token))
    row = connection.execute(select(collections).where(mine, collections.c.expires_at > _stamp(at))).first()
    if row is None:
        way_out = "Its address may be incomplete, or it was deleted, or nobody opened it for too long."
        raise NotFoundError("there is no such collection", way_out=way_out)
    return row


def _read(connection: Connection, row: Row[Any], may_edit: bool) -> CollectionRow:
    saved = tuple(
        SavedRow(one.id, one.citation, one.note, one.version, one.added_at) for one in connection.execute(_of(row.id))
    )
    return CollectionRow(row.name, row.version, row.created_at, row.expires_at, may_edit, saved)


def _of(collection_id: int) -> Any:
    mine = select(collected).where(collected.c.collection_id == collection_id)
    return mine.order_by(collected.c.place, collected.c.id)


def _saved(connection: Connection, collection_id: int, saved_id: int) -> Row[Any]:
    # The collection is asked for too: a number alone opens nothing.
    mine = (collected.c.collection_id == collection_id) & (collected.c.id == saved_id)
    row = connection.execute(select(collected).where(mine)).first()
    if row is None:
        raise NotFoundError("there is no such quote in this collection", way_out="It may have been removed meanwhile.")
    return row


def _sweep(connection: Connection, at: datetime) -> None:
    connection.execute(delete(collections).where(collections.c.expires_at <= _stamp(at)))


def _changed(what: str) -> ChangedMeanwhileError:
    return ChangedMeanwhileError(f"{what} since you opened it", way_out="Read what is there now, then decide again.")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
