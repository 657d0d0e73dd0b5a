"""Open the accounts of a run's model judges and find out what their endpoints can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.judging.calling import CallingJudge
from evenhand.providers.interface import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Model judges ready to be asked, and the connections they share."""

    judges: Mapping[str, CallingJudge]
    providers: Sequence[Provider]

    async def close(self) -> None:
        """Close every connection."""
        for provider in self.providers:
            await provider.close()
