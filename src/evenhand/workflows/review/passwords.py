"""Passwords as they are kept: scrypt, with what it cost beside the hash, so that the cost can grow."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptCost:
    """What one guess costs: by default 32 MB of memory, worked through three times."""

    n: int = 2**15
    """Blocks of memory."""
    r: int = 8
    """Size of a block in 128 bytes."""
    p: int = 3
    """How often."""

    def derive(self, password: str, salt: bytes) -> bytes:
        """Return the hash of a password; what one keyboard types as one character and another as two is the same."""
        typed = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
        memory = 132 * self.n * self.r + 128 * self.r * self.p + 2**20
        return hashlib.scrypt(typed, salt=salt, n=self.n, r=self.r, p=self.p, maxmem=memory, dklen=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordHash:
    """A password that is kept."""

    cost: ScryptCost
    salt: bytes
    hash: bytes

    def fits(self, password: str) -> bool:
        """Tell whether this is the password, in a time that does not depend on how much of it is right."""
        return hmac.compare_digest(self.cost.derive(password, self.salt), self.hash)

    def text(self) -> str:
        """Return it as one line."""
        cost = self.cost
        return f"scrypt${cost.n}${cost.r}${cost.p}${_encode(self.salt)}${_encode(self.hash)}"

    @classmethod
    def read(cls, text: str) -> "PasswordHash":
        """Return the hash of a line that `text` made."""
        _, n, r, p, salt, hashed = text.split("$")
        cost = ScryptCost(n=int(n), r=int(r), p=int(p))
        return cls(cost=cost, salt=_decode(salt), hash=_decode(hashed))


def hash_password(password: str, cost: ScryptCost) -> PasswordHash:
    """Return what is kept of a password."""
    salt = secrets.token_bytes(16)
    return PasswordHash(cost=cost, salt=salt, hash=cost.derive(password, salt))


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text)
