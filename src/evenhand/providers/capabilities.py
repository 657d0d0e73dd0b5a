"""What judges want of an endpoint, and what preflight found it can do."""

from dataclasses import dataclass
from typing import Literal

from evenhand.providers.interface import Means, TokenLimitField
from evenhand.records.run import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What the judges of one (account, model) would like to use."""

    means: Means | Literal["auto"] = "auto"
    """How the answer's shape is to be enforced; auto takes the best the endpoint has."""
    logprobs: bool = True
    """Whether log-probabilities are of use."""
    max_tokens: int = 1024
    """Token limit of the judge."""
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    timeout_s: float = 60.0
    """Seconds one call may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an endpoint can do with one model."""

    protocol: str
    model: str
    served_model: str
    """Model that says it answered."""
    means: Means
    """Best way to enforce the shape of an answer."""
    logprobs: int
    """Alternatives per token that the endpoint takes a request for, and answers; 0 when it does not."""
    left_out: tuple[str, ...]
    """Parameters wanted that the endpoint refuses or the protocol does not have."""
    token_limit_field: TokenLimitField
    ignored: tuple[str, ...] = ()
    """What the endpoint silently ignores: it answers as if it had not been asked."""
    notes: tuple[str, ...]
    """Observations for people."""
    calls: int
    """Calls it took."""

    def endpoint(self, *, judge: str, account: str) -> Endpoint:
        """Return the findings as the record a manifest keeps for one judge."""
        return Endpoint(
            judge=judge,
            account=account,
            protocol=self.protocol,
            model=self.model,
            served_model=self.served_model,
            means=self.means,
            logprobs=self.logprobs,
            left_out=self.left_out,
            token_limit_field=self.token_limit_field,
            ignored=self.ignored,
            notes=self.notes,
        )
