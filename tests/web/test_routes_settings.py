from pathlib import Path

from tests.web.serving import serve_items


def test_a_person_opts_out_of_content_and_never_meets_it_again(tmp_path: Path) -> None:
    def sensitive(number: int) -> tuple[str, ...]:
        return ("violence", "<b>'; DROP TABLE items") if number % 2 else ()

    with serve_items(tmp_path, 10, sensitive=sensitive) as served:
        browser = served.browser("ann")
        page = browser.get("/settings")
        assert "violence" in page.body
        assert "<b>" not in page.body
        told = browser.post(
            "/settings", {"csrf": page.csrf, "opt_out": ["violence", "made up"], "theme": "dark"}
        )
        assert told.status == 303
        with served.review.ledger.read() as reading:
            assert reading.person("ann").opts_out == ("violence",)
        for _ in range(5):
            assert served.label(browser).status == 303
        assert "Nothing left" in browser.get("/next").body


def test_settings_of_the_page_stay_with_the_browser(tmp_path: Path) -> None:
    with serve_items(tmp_path, 3) as served:
        browser = served.browser("ann")
        csrf = browser.get("/settings").csrf
        browser.post("/settings", {"csrf": csrf, "theme": "dark", "locale": "en", "keys_on": "1"})
        assert 'data-theme="dark"' in browser.get("/next").body
        assert 'data-theme="auto"' in served.browser("ann").get("/next").body
        wrong = browser.post("/settings", {"csrf": csrf, "break_minutes": "-1"})
        assert wrong.status == 422


def test_a_cookie_that_is_no_setting_changes_nothing(tmp_path: Path) -> None:
    with serve_items(tmp_path, 3) as served:
        name = served.settings.site.cookie_name("page")
        for value in ("x", "%", "é", "bnVsbA==", "W10=", "eyJ0aGVtZSI6IHsifX0=", "A" * 4000):
            browser = served.browser("ann")
            browser.cookies[name] = value
            assert 'data-theme="auto"' in browser.get("/next").body


def test_history_shows_own_decisions_and_no_twin_of_a_repeat(tmp_path: Path) -> None:
    with serve_items(tmp_path, 60, repeats=1.0) as served:
        browser = served.browser("ann")
        for _ in range(45):
            served.label(browser)
        page = browser.get("/next")
        shown = served.review.desk.item("ann", page.assignment).case.case_id
        past = browser.get("/history").body
        assert past.count("<tr>") == 20  # with the heading
        assert shown not in past
        with served.review.ledger.read() as reading:
            kinds = {reading.assignment(page.assignment).kind.value}
        assert kinds == {"repeat"}
