"""Who guesses passwords is slowed down; nobody is locked out by what others do."""

from typing import Final

import anyio
import anyio.to_thread

from evenhand.records.review import Person
from evenhand.web.limits import Allowance, Limiter
from evenhand.workflows.review.people import People

PER_PAIR: Final = Allowance(burst=6, per_second=1 / 60)
"""For one name from one address."""
PER_ADDRESS: Final = Allowance(burst=30, per_second=1 / 10)
"""For all names from one address; behind a proxy that does not tell addresses, this is everybody's."""
PER_NAME: Final = Allowance(burst=60, per_second=1 / 4)
"""For one name from everywhere. It fills up within seconds, so that whoever guesses from many addresses can not keep
the name's owner out: that one waits some seconds, is signed in for days then, and may be given a link instead."""
_HASHES_AT_ONCE: Final = 2
"""Each takes 32 MB and a processor for a moment."""


class SignInGuard:
    """Counts attempts to sign in, as long as the server runs."""

    def __init__(
        self,
        *,
        per_pair: Allowance = PER_PAIR,
        per_address: Allowance = PER_ADDRESS,
        per_name: Allowance = PER_NAME,
    ) -> None:
        """Begin to count."""
        self._pairs = Limiter(per_pair)
        self._addresses = Limiter(per_address)
        self._names = Limiter(per_name)
        self._hashing = anyio.CapacityLimiter(_HASHES_AT_ONCE)

    def wait(self, name: str, address: str) -> float:
        """Return how many seconds to wait until the next attempt is looked at."""
        return max(
            self._pairs.wait(_pair(name, address)), self._addresses.wait(address), self._names.wait(name)
        )

    def note_attempt(self, name: str, address: str) -> None:
        """Count an attempt, before it is known whether it is right."""
        self._pairs.spend(_pair(name, address))
        self._addresses.spend(address)
        self._names.spend(name)

    def note_success(self, name: str, address: str) -> None:
        """Forget the attempts of somebody who knew the password in the end."""
        self._pairs.forgive(_pair(name, address))

    async def check(self, people: People, name: str, password: str) -> Person | None:
        """Return who has this name and password; few are looked at at once."""
        return await anyio.to_thread.run_sync(people.check_password, name, password, limiter=self._hashing)

    async def accept(self, people: People, link: str, password: str) -> Person:
        """Set the password of the person a link is for.

        Raises:
            UsageError: The link or the password can not be used.
        """
        return await anyio.to_thread.run_sync(people.accept, link, password, limiter=self._hashing)


def _pair(name: str, address: str) -> str:
    return f"{address} {name}"
