"""Which peers there are, and how each is started."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from shutil import copytree
from typing import Final

from benchmarks.acceptance.environments import MODEL, SERVERS, TINY, Environment
from benchmarks.acceptance.label_studio_api import EMAIL, PASSWORD
from benchmarks.acceptance.processes import HOST, Served, fetch, serve
from benchmarks.acceptance.workspace import MARKER

HERE: Final = Path(__file__).resolve().parent
MASTER_KEY: Final = "sk-local"
"""Key of the LiteLLM proxy on loopback; it opens nothing."""


@contextmanager
def llama_cpp(environment: Environment, folder: Path) -> Iterator[Served]:
    """The llama.cpp server on random weights: real tokens, real log-probabilities, grammar from a schema."""
    model = ["--model", str(SERVERS / MODEL), "--n_ctx", "8192", "--n_threads", "1", "--logits_all", "true"]

    def command(port: int) -> list[str]:
        python = environment.program("python")
        return [python, "-m", "llama_cpp.server", *model, "--host", "127.0.0.1", "--port", str(port)]

    with serve(command, ready="/v1/models", folder=folder, environ={}) as served:
        yield served


@contextmanager
def transformers_serve(environment: Environment, folder: Path) -> Iterator[Served]:
    """`transformers serve` on random weights: decisions with real probabilities, chat without structure."""
    copytree(SERVERS / TINY, folder / TINY)

    def command(port: int) -> list[str]:
        program, where = environment.program("transformers"), ["--host", "127.0.0.1", "--port", str(port)]
        return [program, "serve", f"./{TINY}", *where, "--device", "cpu"]

    with serve(command, ready="/health", folder=folder, environ={"HF_HUB_OFFLINE": "1"}) as served:
        yield served


@contextmanager
def aimock(environment: Environment, folder: Path) -> Iterator[Served]:
    """Aimock, answered by the judge of aimock_judge.mjs."""

    def command(port: int) -> list[str]:
        return ["node", str(HERE / "aimock_judge.mjs"), str(environment.folder), str(port), MARKER]

    with serve(command, ready="/__aimock/health", folder=folder, environ={}) as served:
        yield served


@contextmanager
def label_studio(environment: Environment, folder: Path) -> Iterator[Served]:
    """Label Studio with a data base of its own, which takes it minutes to make on a busy machine, and one user."""
    (folder / "data").mkdir()

    def command(port: int) -> list[str]:
        program, where = environment.program("label-studio"), ["--host", HOST, "--port", str(port)]
        return [program, "start", *where, "--no-browser", "--username", EMAIL, "--password", PASSWORD]

    environ = {"LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"), "COLLECT_ANALYTICS": "False"}
    with serve(command, ready="/health", folder=folder, environ=environ, patience_s=900.0) as served:
        yield served


def take_journal(served: Served) -> list[int]:
    """Return the statuses aimock answered with since the last time, 0 where it dropped the connection."""
    entries = json.loads(fetch(f"{served.url}/__aimock/journal"))
    fetch(f"{served.url}/__aimock/reset/journal", data=b"")
    return [entry["response"]["status"] for entry in entries if entry["method"] == "POST"]


@contextmanager
def litellm_proxy(environment: Environment, folder: Path, backend: str, flaky: str) -> Iterator[Served]:
    """The LiteLLM proxy with mocked models, and in front of two back ends of our own.

    Args:
        environment: Where it is installed.
        folder: Where its settings and its log are written.
        backend: Address of an honest back end.
        flaky: Address of a back end after whose first error the proxy lets it rest for two seconds.
    """
    config = folder / "proxy.yaml"
    config.write_text(_PROXY.format(backend=backend, flaky=flaky, key=MASTER_KEY), encoding="utf-8")

    def command(port: int) -> list[str]:
        program = environment.program("litellm")
        return [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]

    # Without the first, it downloads a price table; the proxy itself also reports home unless told not to.
    environ = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_MODE": "PRODUCTION",
    }
    with serve(command, ready="/health/liveliness", folder=folder, environ=environ) as served:
        yield served


# The deployments that are no mocks have no retries of the proxy's own, so that calls can be counted on both sides.
_PROXY: Final = """model_list:
  - model_name: fixed
    litellm_params: {{model: openai/fixed, api_key: sk-none, mock_response: '{{"score": 4, "rationale": "fine"}}'}}
  - model_name: limited
    litellm_params: {{model: openai/limited, api_key: sk-none, mock_response: "litellm.RateLimitError"}}
  - model_name: scripted
    litellm_params: {{model: openai/scripted, api_key: sk-none, api_base: "{backend}/v1"}}
  - model_name: messages
    litellm_params: {{model: anthropic/scripted, api_key: sk-none, api_base: "{backend}"}}
  - model_name: flaky
    litellm_params: {{model: openai/flaky, api_key: sk-none, api_base: "{flaky}/v1"}}
    model_info: {{allowed_fails_policy: {{InternalServerErrorAllowedFails: 0}}, cooldown_time: 2}}
general_settings: {{master_key: {key}}}
litellm_settings: {{telemetry: false}}
router_settings: {{num_retries: 0}}
"""


def python_versions(environment: Environment, *names: str) -> dict[str, str]:
    """Return the versions of packages installed in an environment."""
    site = next((environment.folder / "lib").glob("python3*/site-packages"))
    found = {_normal(each.metadata["Name"]): each.version for each in distributions(path=[str(site)])}
    return {name: found[_normal(name)] for name in names}


def npm_version(environment: Environment, name: str) -> dict[str, str]:
    """Return the version of a package installed by npm."""
    package = environment.folder / "node_modules" / name / "package.json"
    return {name: str(json.loads(package.read_text(encoding="utf-8"))["version"])}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
