import subprocess
import sys

import pytest

from evenhand.integrations.api import proxy_for

PROXY = "http://proxy.example.org:3128"


@pytest.mark.parametrize(
    ("variables", "base", "expected"),
    [
        ({"HTTPS_PROXY": PROXY}, "https://api.example.com", PROXY),
        ({"https_proxy": PROXY}, "https://api.example.com", PROXY),
        ({"ALL_PROXY": PROXY}, "https://api.example.com", PROXY),
        ({"HTTP_PROXY": PROXY}, "https://api.example.com", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "example.com"}, "https://api.example.com", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": ".example.com"}, "https://api.example.com", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "a, *.example.com"}, "https://api.example.com", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, "https://api.example.com", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "ample.com,"}, "https://api.example.com", PROXY),
        ({"HTTPS_PROXY": PROXY, "ALL_PROXY": PROXY}, "http://127.0.0.1:80", None),
        ({"HTTPS_PROXY": ""}, "https://api.example.com", None),
        ({}, "https://api.example.com", None),
    ],
)
def test_the_proxy_is_the_one_the_environment_names(
    variables: dict[str, str], base: str, expected: str | None
) -> None:
    assert proxy_for(variables, base) == expected


def test_importing_the_integrations_loads_no_http_client() -> None:
    heavy = ("aiohttp", "httpx", "openai", "pandas")
    code = f"import sys, evenhand.integrations.publish; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
