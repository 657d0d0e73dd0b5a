"""Tables of the ledger. Rows of attempts, replies and labels are only ever added or moved forward, never lost.

Everything in `ratings` and `verdicts` is derived: it can be computed again from `replies`, the manifest and the files
the manifest pins.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 5

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created", Text, nullable=False),
    Column("finished", Text, nullable=False, server_default=""),
    Column("inputs_hash", Text, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="judge"),
)
"""Executions. Those of kind "judge" judge a suite; the others are generation runs, named by what they write for."""

items = Table(
    "items",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("candidate_id", Text, nullable=False),
    Column("principle_id", Text, nullable=False),
    Column("slice", Text, nullable=False, server_default="{}"),
    Column("flags", Text),
    Column("source", Text),
    Column("content", LargeBinary),
    Column("tags", Text),
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("unit", Integer, nullable=False),
    Column("judge", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reserved_nanousd", Integer, nullable=False),
    Column("cost_nanousd", Integer),
    Column("sent_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("reply", LargeBinary),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("usage_estimated", Integer),
    Column("served_model", Text, nullable=False, server_default=""),
    Column("fingerprint", Text, nullable=False, server_default=""),
    Column("error_class", Text, nullable=False, server_default=""),
    Column("error", Text, nullable=False, server_default=""),
    Column("maybe_billed", Integer, nullable=False, server_default="0"),
    Column("instrument", Integer),
    Column("batch", Integer),
    Index("attempts_by_unit", "run", "unit"),
    Index("attempts_by_key", "key"),
)

instruments = Table(
    "instruments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("transport", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("sdk", Text, nullable=False),
    UniqueConstraint("account", "protocol", "transport", "base_url", "model", "sdk"),
)
"""What attempts were made with: the model asked for, and the software that asked."""

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("provider_id", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Column("detail", Text, nullable=False, server_default="{}"),
    Index("batches_by_run", "run"),
)
"""Batches handed to a provider; their attempts name them."""

pacing = Table(
    "pacing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("limit", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Index("pacing_by_run", "run", "account"),
)
"""How many calls an account was allowed at once, and why that changed."""

replies = Table(
    "replies",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("reply", LargeBinary, ForeignKey("replies.hash"), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("judge", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("candidate_id", Text, nullable=False),
    Column("principle_id", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("served_model", Text, nullable=False, server_default=""),
    Column("fingerprint", Text, nullable=False, server_default=""),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("source", Text, nullable=False),
    UniqueConstraint("key", "reply", "nonce"),
)
"""Replies imported from a file of recordings, found by the key of their unit like those of earlier runs."""

recording_heads = Table(
    "recording_heads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False, unique=True),
    Column("head", Text, nullable=False),
    Column("added", Text, nullable=False),
)
"""First lines of imported files of recordings, by the digest of the file: what the keys of its replies rest on."""

ratings = Table(
    "ratings",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
    Column("judge", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("label", Text),
    Column("distribution", Text),
    Column("basis", Text),
    Column("missing_mass", Float),
    Column("stated", Float),
    Column("reason", Text),
    Column("quotes", Text),
    Column("flags", Text),
    Column("step", Integer),
    Column("reused", Integer),
    sqlite_with_rowid=False,
)

steps = Table(
    "steps",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("principle_id", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text),
    Column("detail", Text),
    Column("reused", Integer),
    sqlite_with_rowid=False,
)
"""What a generation run wrote, one text a row; derived from replies like ratings."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("label", Text),
    Column("undecided", Text),
    Column("score", Float),
    Column("disagreement", Float, nullable=False),
    Column("distribution", Text, nullable=False),
    Column("road", Text),
    sqlite_with_rowid=False,
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("candidate_id", Text, nullable=False),
    Column("principle_id", Text, nullable=False),
    Column("annotator", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("added", Text, nullable=False),
    Column("detail", Text),
    Index("labels_by_item", "source", "case_id", "candidate_id", "principle_id"),
)

split_locks = Table(
    "split_locks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("suite", Text, nullable=False, unique=True),
    Column("shares", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("made", Text, nullable=False),
)
"""How the labels of a suite were divided when they were first used: it holds for good."""

split_labels = Table(
    "split_labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lock", Integer, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("split", Integer, nullable=False),
    Column("digests", LargeBinary, nullable=False),
    Index("split_labels_by_lock", "lock"),
)
"""Digests of the labels of a cluster, end to end, as they were when they were first used; more come in more rows."""

split_uses = Table(
    "split_uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("suite", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("split", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("purpose", Text, nullable=False),
)
"""Every time the labels of a split were used: to certify, or to compare candidates of a tuning on."""

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("expires", Float, nullable=False),
)
"""Who may write, until when; the fence grows at each take-over, so that a stale writer is known."""
