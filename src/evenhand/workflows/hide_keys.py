"""Take everything that looks like a key of this environment out of a text."""

from collections.abc import Mapping

from pydantic import SecretStr

from evenhand.providers.mask import Mask
from evenhand.providers.registry import secret_variables


def hide_keys(text: str, environ: Mapping[str, str], *, also: tuple[str, ...] = ()) -> str:
    """Return `text` without the values of the variables whose names end as those of secrets do.

    Args:
        text: What somebody is about to read.
        environ: The environment.
        also: More variables whose values are secrets.
    """
    names = {*secret_variables(environ), *(name for name in also if name in environ)}
    return Mask(SecretStr(environ[name]) for name in sorted(names))(text)
