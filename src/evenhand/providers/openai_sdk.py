"""Opens the openai SDK, version 2 or 3, for both protocols it speaks."""

from collections.abc import Mapping
from typing import Final

from evenhand.providers.body import ASK_UNPACKED
from evenhand.providers.connection import Connection
from evenhand.providers.sdk_client import SdkClient, call_timeout, http_package, open_http_client

OPENAI_URL: Final = "https://api.openai.com/v1"


def open_openai(connection: Connection) -> tuple[SdkClient, Mapping[str, str]]:
    """Import the SDK and open its client.

    Returns:
        The client, and the versions in use for the manifest.
    """
    import openai  # noqa: PLC0415 - an SDK is loaded on demand

    http_client, transport = open_http_client(openai, connection)
    client = openai.AsyncOpenAI(
        api_key=connection.api_key.get_secret_value(),
        base_url=connection.base_url or OPENAI_URL,
        max_retries=0,
        timeout=call_timeout(openai, connection),
        default_headers=ASK_UNPACKED,
        http_client=http_client,
    )
    versions = {"openai": openai.__version__, "openai transport": transport}
    return SdkClient(client, http_package(openai).Response, connection), versions
