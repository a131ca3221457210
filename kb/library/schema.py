"""The tables. All state is here; every index is a view of it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()

facts = Table("facts", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("source_key", String, nullable=False, unique=True),
    Column("revision_id", String, nullable=False),
    Column("title", String, nullable=False),
    Column("show", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("date", String, nullable=False),
    Column("language", String, nullable=False),
    Column("composed", Boolean, nullable=False),
    Column("sponsored", Boolean, nullable=False),
    Column("words", Integer, nullable=False),
    Column("speakers", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("created_at", String, nullable=False),
)

document_facets = Table(
    "document_facets",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, primary_key=True),
)

# Who takes part in a document, as its current revision says: lists and filters ask here, not of every revision.
appearances = Table(
    "appearances",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("side", String, nullable=False),
    Column("host", Boolean, nullable=False),
    Column("guessed", Boolean, nullable=False),
    Index("appearances_by_name", "name"),
    Index("appearances_by_organisation", "organisation"),
)

links = Table(
    "links",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("other_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", String, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("created_at", String, nullable=False),
    UniqueConstraint("document_id", "number"),
)

segments = Table(
    "segments",
    metadata,
    Column("revision_id", ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("speaker", String),
    Column("start_s", Float),
    Column("end_s", Float),
    Column("level", Integer, nullable=False),
    Column("opens", Boolean, nullable=False, server_default=false()),
)

sources = Table(
    "sources",
    metadata,
    Column("path", String, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("raw_hash", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("settings_hash", String, nullable=False),
    Index("sources_by_hash", "raw_hash"),
)

generations = Table(
    "generations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", String, nullable=False),
    Column("variant", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("model_key", String, nullable=False),
    Column("passages", String, nullable=False),
    Column("normaliser", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", String, nullable=False),
    # 1, 2, ... in the order of activation; 0: never active. Where a rollback leads is read off it.
    Column("activated", Integer, nullable=False, server_default="0"),
    # The filter, as JSON, whose documents a trial holds; "": the whole library.
    Column("scope", Text, nullable=False, server_default=""),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("body", Text, nullable=False),
    # "running", "pausing" (it is asked to pause) or "ended"
    Column("state", String, nullable=False, server_default="ended"),
    # Which process does it, and when it was last heard of: whether one that has no end was killed.
    Column("process", String, nullable=False, server_default=""),
    Column("seen_at", String, nullable=False, server_default=""),
    # The generation that it fills; no other job may fill it meanwhile.
    Column("generation_id", Integer, nullable=False, server_default="0"),
)

# Which revision of a document a generation holds the passages of, be they none.
planted = Table(
    "planted",
    metadata,
    Column("generation_id", ForeignKey("generations.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("revision_id", String, nullable=False),
    # SHA-256 of the passages' ids, places and inputs.
    Column("digest", String, nullable=False, server_default=""),
    Index("planted_by_document", "document_id"),
)

passages = Table(
    "passages",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False),
    Column("generation_id", ForeignKey("generations.id"), nullable=False),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id", ondelete="CASCADE"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", Text, nullable=False),
    Column("input_hash", String, nullable=False),
    UniqueConstraint("generation_id", "id"),
    Index("passages_by_revision", "revision_id", "generation_id"),
    Index("passages_by_document", "document_id"),
    Index("passages_by_input", "input_hash"),
    sqlite_autoincrement=True,  # a number is never given twice: indexes join rows by it
)

passage_voices = Table(
    "passage_voices",
    metadata,
    Column("passage_no", ForeignKey("passages.no", ondelete="CASCADE"), primary_key=True),
    Column("speaker", String, primary_key=True),
    Column("side", String, nullable=False),
    Index("voices_by_speaker", "speaker"),
    Index("voices_by_side", "side"),
)

passage_themes = Table(
    "passage_themes",
    metadata,
    Column("passage_no", ForeignKey("passages.no", ondelete="CASCADE"), primary_key=True),
    Column("theme", String, primary_key=True),
    Index("themes_by_name", "theme"),
)

# What hosts asked in the current revision of each document, and where a guest answers: found when it is published.
host_questions = Table(
    "host_questions",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("revision_id", ForeignKey("revisions.id", ondelete="CASCADE"), nullable=False),
    Column("end", Integer, nullable=False),
    Column("asker", String, nullable=False),
    Column("answer_start", Integer, nullable=False),
    Column("answer_end", Integer, nullable=False),
    Column("answerer", String, nullable=False),
    # Under which its vectors are kept: "question:" and the SHA-256 of its words.
    Column("input_hash", String, nullable=False),
    Index("host_questions_by_revision", "revision_id"),
    Index("host_questions_by_input", "input_hash"),
)

# Questions that got no answer and that their readers let the editors have: nothing about the readers.
unanswered = Table(
    "unanswered",
    metadata,
    # SHA-256 of the question, without its capitals
    Column("id", String, primary_key=True),
    Column("question", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_on", String, nullable=False),
    Column("last_on", String, nullable=False),
    Index("unanswered_by_day", "last_on"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("model_key", String, primary_key=True),
    Column("input_hash", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
)

# The tokens of a collection's links are kept as SHA-256 alone: who reads the database cannot open one.
collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("edit_hash", String, nullable=False, unique=True),
    Column("read_hash", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    # Counts the names it had, so that one that was given meanwhile is not overwritten.
    Column("version", Integer, nullable=False),
    Column("created_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Index("collections_by_end", "expires_at"),
    sqlite_autoincrement=True,
)

# A saved quote is its citation: its words stay in the library and are read there. document_id is no foreign key: what
# was saved of a purged document stays, without citation and note, and says so.
collected = Table(
    "collected",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("citation", String, nullable=False),
    Column("document_id", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("added_at", String, nullable=False),
    Index("collected_by_collection", "collection_id", "place"),
    Index("collected_by_document", "document_id"),
    sqlite_autoincrement=True,  # a form of an old page must not meet another quote under the same number
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("document_id", String, nullable=False),
    Column("generation_id", Integer, nullable=False),
    Column("nos", Text, nullable=False),
    sqlite_autoincrement=True,
)
