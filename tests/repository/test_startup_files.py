"""Nothing installed may run code at every start of Python."""

import subprocess
import sys
from pathlib import Path

import pytest

OURS = "_editable_impl_evenhand.pth"


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from startup_files import unknown_startup_files
print(*[path.name for path in unknown_startup_files(Path(sys.argv[2]))])
"""


def findings(script: Path, site: Path) -> str:
    command = [sys.executable, "-c", PROGRAM, str(script.parent), str(site)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def script(project_root: Path) -> Path:
    return project_root / "requirements/startup_files.py"


@pytest.mark.parametrize(
    ("name", "content", "unknown"),
    [
        (OURS, "/somewhere/src", False),
        (OURS, "import os; os.system('true')\n", True),
        (OURS, "/somewhere/src\nimport os; os.system('true')\n", True),
        ("litellm_init.pth", "import base64\n", True),
        ("distutils-precedence.pth", "import os; os.system('true')\n", True),
        ("sitecustomize.py", "", True),
        ("usercustomize.py", "", True),
        ("harmless.py", "", False),
    ],
)
def test_code_that_runs_at_every_start_is_found(
    script: Path, tmp_path: Path, name: str, content: str, *, unknown: bool
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert findings(script, tmp_path) == (name if unknown else "")
