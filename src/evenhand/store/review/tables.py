"""Tables of the review ledger.

`events` is what happened and is only ever added to, as are `draws`, `items`, `contents`, `principles`, `labels` and
`adjudications`, apart from the marks that later events set on them. Nothing here says what a judge answered or who
wrote a candidate: a review ledger that is read in full un-blinds nobody.
"""

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 1

metadata = MetaData()

draws = Table(
    "draws",
    metadata,
    Column("id", Text, primary_key=True),
    Column("design", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("detail", Text, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("design", Text, nullable=False),
    Column("draw", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("candidate_id", Text, nullable=False),
    Column("principle_id", Text, nullable=False),
    Column("principle_hash", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("inclusion", Float),
    Column("uncertainty", Float, nullable=False),
    Column("position", Integer, nullable=False),
    Column("required", Integer, nullable=False),
    Column("severity", Text, nullable=False),
    Column("sensitive", Text, nullable=False, server_default="[]"),
    Column("gold", Text),
    Column("place", Text, nullable=False),
    Column("committed", Integer, nullable=False, server_default="0"),
    Column("closed", Integer, nullable=False, server_default="0"),
    Index("items_to_do", "design", "closed", "position"),
    Index("items_wanted", "design", "closed", sqlite_where=text("closed = 0 AND gold IS NULL")),
    Index("items_by_place", "place"),
    Index("items_gold", "design", "closed", sqlite_where=text("gold IS NOT NULL")),
)
"""`place` names what is shown, whatever the design; `committed` counts distinct people who labelled it."""

contents = Table(
    "contents",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Texts that are shown, compressed, by their hash."""

principles = Table(
    "principles",
    metadata,
    Column("design", Text, primary_key=True),
    Column("principle_id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Principles with their scales, as they were when the design was made."""

people = Table(
    "people",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("opts_out", Text, nullable=False, server_default="[]"),
    Column("active", Integer, nullable=False, server_default="1"),
    Column("secret", Text, nullable=False, server_default=""),
)
"""`secret` is what a password is checked against; empty where the person signs in by link only."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Index("sessions_by_person", "person"),
)
"""Who is signed in, by the hash of what their browser holds."""

assignments = Table(
    "assignments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("design", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("expires", Float, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("revisits", Integer, nullable=False, server_default="0"),
    Column("revealed", Integer, nullable=False, server_default="0"),
    Column("draft", Text, nullable=False, server_default="{}"),
    Column("visits", Text, nullable=False, server_default="{}"),
    Column("decided", Integer, nullable=False, server_default="0"),
    UniqueConstraint("item", "person", "kind"),
    Index("assignments_open", "person", sqlite_where=text("state = 'open'")),
    Index("assignments_decided", "person", "design", "decided"),
    Index("assignments_by_item", "item", "state"),
)
"""`decided` numbers decisions in their order, 0 while there is none; `visits` holds the time of each visit."""

tallies = Table(
    "tallies",
    metadata,
    Column("person", Text, primary_key=True),
    Column("design", Text, primary_key=True),
    Column("cursor", Integer, nullable=False),
    Column("committed", Integer, nullable=False, server_default="0"),
    Column("session_done", Integer, nullable=False, server_default="0"),
    Column("session_active_ms", Integer, nullable=False, server_default="0"),
    Column("last", Float, nullable=False, server_default="0"),
)
"""How far a person has come in a design: the queue is a circle, and everybody starts elsewhere on it.

`last` is when they labelled something last, in seconds since 1970.
"""

repeats = Table(
    "repeats",
    metadata,
    Column("person", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("design", Text, nullable=False),
    Column("due", Integer, nullable=False),
    Index("repeats_by_person", "person", "design", "due"),
)
"""Items to be shown to a person once more, once so many of that person's items are labelled."""

seen = Table(
    "seen",
    metadata,
    Column("person", Text, primary_key=True),
    Column("place", Text, primary_key=True),
)
"""What a person knows the judges' or other people's answers of, and is therefore not given again."""

labels = Table(
    "labels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("assignment", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("withdrawn", Integer, nullable=False, server_default="0"),
    Index("labels_by_item", "item"),
    Index("labels_by_assignment", "assignment"),
    Index(
        "labels_once",
        "item",
        "person",
        unique=True,
        sqlite_where=text("kind = 'first' AND withdrawn = 0"),
    ),
)
"""`number` is that of the event which brought the label. Of each person one first label of an item holds at most."""

adjudications = Table(
    "adjudications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Index("adjudications_by_item", "item"),
)
"""The last one on an item holds; earlier ones stay."""

flags = Table(
    "flags",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("item", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("flags_by_item", "item"),
)
"""`number` is that of the event which brought the flag."""

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("events_by_subject", "subject", "kind"),
)
"""The chain: each line holds the hash of the one before."""
