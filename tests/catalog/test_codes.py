import re
from pathlib import Path

import pytest

from evenhand.catalog.codes import all_codes, explain_code
from evenhand.errors import UnknownNameError


def test_every_code_in_the_source_is_explained_and_no_other(project_root: Path) -> None:
    sources = (project_root / "src" / "evenhand").rglob("*.py")
    used = {
        code for path in sources for code in re.findall(r'"([A-Z]\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(all_codes())


def test_every_code_has_a_title_a_reason_and_a_mend() -> None:
    for code, text in all_codes().items():
        assert re.fullmatch(r"[A-Z]\d{3}", code)
        assert text.title
        assert text.explain
        assert text.mend
        assert "\n" not in text.title


def test_a_code_is_found_however_it_is_typed() -> None:
    assert explain_code(" v001 ").code == "V001"
    with pytest.raises(UnknownNameError) as caught:
        explain_code("V0001")
    assert caught.value.hint == 'did you mean "V001"?'
