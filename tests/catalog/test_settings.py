from pathlib import Path

import pytest

from evenhand.catalog.addresses import refuse_address
from evenhand.catalog.settings import find_workspace, load_settings
from evenhand.errors import FileError, UnknownNameError

_ACCOUNT = '[accounts.mine]\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:8000/v1"\n'


def test_the_nearest_settings_above_a_folder_are_found(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "evenhand.toml").write_text(_ACCOUNT)
    workspace = find_workspace(deep)
    assert (workspace.root, workspace.source) == (tmp_path.resolve(), tmp_path.resolve() / "evenhand.toml")
    assert workspace.account("mine")[1].base_url == "http://127.0.0.1:8000/v1"
    assert workspace.ledger_path == tmp_path.resolve() / ".evenhand" / "ledger.sqlite"


def test_settings_may_stand_in_pyproject_beside_those_of_other_tools(tmp_path: Path) -> None:
    other = '[project]\nname = "x"\nreleased = 2026-11-20\n'
    (tmp_path / "pyproject.toml").write_text(other + _ACCOUNT.replace("[accounts", "[tool.evenhand.accounts"))
    assert find_workspace(tmp_path).account("mine")[1].protocol == "openai-chat"


def test_findings_in_pyproject_stand_at_their_own_lines(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.evenhand]\nreprots = "r"\n')
    with pytest.raises(FileError) as caught:
        find_workspace(tmp_path)
    finding = caught.value.findings[0]
    assert (finding.line, finding.column, finding.suggestion) == (5, 1, 'did you mean "reports"?')


def test_a_pyproject_of_other_tools_is_no_settings_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.other]\nx = "[tool.evenhand]"\n')
    assert find_workspace(tmp_path).source is None


def test_without_settings_the_shape_of_a_workspace_is_found(tmp_path: Path) -> None:
    (tmp_path / "suites" / "demo").mkdir(parents=True)
    assert find_workspace(tmp_path / "suites" / "demo").root == tmp_path.resolve()
    assert find_workspace(tmp_path / "suites").settings.reports == "reports"


def test_built_in_accounts_are_there_and_can_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "evenhand.toml").write_text(_ACCOUNT.replace("accounts.mine", "accounts.openai"))
    workspace = find_workspace(tmp_path)
    assert workspace.account("openai")[1].base_url
    assert workspace.account("anthropic")[1].protocol == "anthropic"
    with pytest.raises(UnknownNameError) as caught:
        workspace.account("antropic")
    assert caught.value.hint == 'did you mean "anthropic"?'


@pytest.mark.parametrize("folder", ["/abs", "../up", "a/../../up", ""])
def test_ledger_and_reports_stay_inside_the_workspace(tmp_path: Path, folder: str) -> None:
    path = tmp_path / "evenhand.toml"
    path.write_text(f'reports = "{folder}"\n[ledger]\npath = "{folder}"\n')
    with pytest.raises(FileError) as caught:
        load_settings(path)
    assert [finding.code for finding in caught.value.findings] == ["W005", "W005"]


def test_what_may_be_a_key_is_never_repeated(tmp_path: Path) -> None:
    path = tmp_path / "evenhand.toml"
    secret = "sk-proj-abcdefgh123456789"
    path.write_text(f'[accounts.a]\nprotocol = "openai-chat"\napi_key_env = "{secret}"\n')
    with pytest.raises(FileError) as caught:
        load_settings(path)
    assert secret not in repr(caught.value.findings) + str(caught.value)


@pytest.mark.parametrize(
    "text", ["a." * 500_000 + "a = 1", "a = " + "[" * 100_000, "a = {b = " * 400, "x" * 900_000]
)
def test_hostile_toml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evenhand.toml"
    path.write_text(text)
    with pytest.raises(FileError):
        load_settings(path)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "http://169.254.0.1", "https://169.254.169.254:443/v1",
        "http://2852039166/", "http://0xA9FEA9FE/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
        "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/", "http://[fd00:ec2::254]/", "http://[::]/", "http://0.0.0.0/", "http://0/",
        "http://metadata.google.internal/", "http://METADATA.google.internal./", "http://metadata/", "http://instance-data/",
        "http://100.100.100.200/", "http://168.63.129.16/",
        "ftp://example.org", "file:///etc/passwd", "example.org/v1", "//example.org", "http://", "javascript:alert(1)",
        "http://user:password@example.org/", "http://key@example.org/", "http://example.org/v1?key=1",
        "http://example.org/#x", "http://exa mple.org/", "http://example.org/\n", "http://example.org:0/", "http://example.org:99999/",
        "http://[::1/",
    ],
)  # fmt: skip
def test_addresses_that_leak_or_are_none_are_refused(url: str) -> None:
    assert refuse_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1", "http://127.0.0.1:11434/v1", "http://localhost:8000", "http://[::1]:8000/v1",
        "http://10.0.0.7/v1", "http://192.168.1.2", "http://my-proxy.internal:4000",
    ],
)  # fmt: skip
def test_models_on_this_machine_and_in_the_local_network_may_be_used(url: str) -> None:
    assert not refuse_address(url)


@pytest.mark.parametrize(
    "address",
    ["https://me:hunter2secret@host/v1", "https://host/v1?key=hunter2secret", "https://host/v1#hunter2secret",
     "https://host:hunter2secret?/v1"],
)  # fmt: skip
def test_a_key_in_an_address_is_refused_without_being_shown(tmp_path: Path, address: str) -> None:
    written = _ACCOUNT.replace("http://127.0.0.1:8000/v1", address)
    (tmp_path / "evenhand.toml").write_text(written)
    with pytest.raises(FileError) as caught:
        load_settings(tmp_path / "evenhand.toml")
    (finding,) = caught.value.findings
    assert finding.code == "W003"
    assert "hunter2secret" not in f"{caught.value} {finding}"


@pytest.mark.parametrize("digits", [308, 309, 400, 4_000, 5_000])
def test_a_whole_number_that_no_float_can_hold_is_a_finding(tmp_path: Path, digits: int) -> None:
    (tmp_path / "evenhand.toml").write_text(f"{_ACCOUNT}patience_minutes = 1{'0' * digits}\n")
    with pytest.raises(FileError) as caught:
        load_settings(tmp_path / "evenhand.toml")
    assert caught.value.findings[0].line == 4
