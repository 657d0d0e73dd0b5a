"""How the pages are served: what is the same for every request of one start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from evenhand.web.limits import Allowance
from evenhand.web.security import Site
from evenhand.web.sign_in_guard import SignInGuard

LARGEST_BODY: Final = 512 * 1024
POSTS: Final = Allowance(burst=120.0, per_second=1.0)
"""For each session. A form costs one, and one more for each 16 KiB, so that a broken script can not fill the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLink:
    """The link that is printed at the start, for one person on their own machine.

    It holds as long as the server runs: who can read it in the terminal can read the files too, and so a second
    browser, or one that fetched the link ahead, does not lock its owner out. It is never on a command line.
    """

    token: str
    person: str


def _nowhere(_: str) -> None:
    """Keep no log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the pages are served."""

    site: Site
    start: StartLink | None = None
    """None where people sign in with passwords."""
    design: str | None = None
    """The design that is reviewed; None for the newest."""
    guard: SignInGuard = field(default_factory=SignInGuard)
    """Slows those down who guess passwords."""
    posts: Allowance = POSTS
    largest_body: int = LARGEST_BODY
    body_seconds: float = 20.0
    """How long a form may take to arrive."""
    log: Callable[[str], None] = field(default=_nowhere)
    """Takes one line about each request; it draws control characters itself."""
    defect: Callable[[BaseException], None] = field(default=lambda _: None)
    """Takes an error nobody foresaw."""

    @property
    def is_team(self) -> bool:
        """Whether people sign in with passwords."""
        return self.start is None
