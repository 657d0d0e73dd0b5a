"""Connections that break, stall or crawl."""

from evenhand.testing.faults.kinds import PaceFault, SocketFault


def reset_before_body() -> SocketFault:
    """TCP reset as soon as the head of the request is read; not billed."""
    return SocketFault(name="reset_before_body", moment="before_body", billed=False)


def reset_after_body(*, billed: bool = True) -> SocketFault:
    """The request is accepted, then the connection is reset: the outcome is unknown to the client."""
    return SocketFault(name="reset_after_body", moment="after_body", billed=billed)


def hang(*, billed: bool = True) -> SocketFault:
    """The request is accepted and never answered."""
    return SocketFault(name="hang", moment="hang", billed=billed)


def short_body(share: float = 0.5, *, billed: bool = True) -> PaceFault:
    """The connection closes after this share of the stated body."""
    return PaceFault(name="short_body", share=share, billed=billed)


def delayed(seconds: float) -> PaceFault:
    """The reply comes this much later than the server's own latency."""
    return PaceFault(name="delayed", delay=seconds)


def dripped(interval: float = 1.0, *, piece: int = 1) -> PaceFault:
    """The reply comes `piece` bytes at a time, then the connection closes."""
    return PaceFault(name="dripped", drip=interval, piece=piece)
