from tests.web.serving import Served


def test_a_person_labels_their_way_through_the_queue(served: Served) -> None:
    browser = served.browser("ann")
    for _ in range(3):
        answer = served.label(browser)
        assert (answer.status, answer.headers["location"]) == (303, "/next")
    with served.review.ledger.read() as reading:
        assert [each.person for each in reading.labels()] == ["ann"] * 3


def test_the_link_of_the_start_lets_its_owner_in_and_leaves_the_address(served_alone: Served) -> None:
    browser = served_alone.browser()
    assert browser.get("/next").status == 401
    entered = browser.get("/enter?token=start-token")
    assert (entered.status, entered.headers["refresh"]) == (200, "0; url=/next")
    assert browser.get("/next").assignment


def test_undo_opens_the_item_again_with_what_was_answered(served: Served) -> None:
    browser = served.browser("ann")
    first = browser.get("/next").assignment
    served.label(browser, "violates")
    page = browser.get("/next")
    undone = browser.post("/undo", {"csrf": page.csrf})
    assert undone.headers["location"] == f"/items/{first}"
    again = browser.get(f"/items/{first}")
    assert 'value="violates"' in again.body
    assert again.field("turn") == "2"


def test_judges_are_shown_once_the_label_is_given(served: Served) -> None:
    browser = served.browser("ann")
    first = browser.get("/next").assignment
    served.label(browser)
    page = browser.get("/next")
    assert "CANARY" not in page.body
    told = browser.post(f"/items/{first}/reveal", {"csrf": page.csrf})
    assert told.headers["location"] == f"/items/{first}/reveal"
    assert "CANARY-reason" in browser.get(told.headers["location"]).body


def test_an_answer_has_to_be_chosen_and_nothing_that_was_entered_is_lost(served: Served) -> None:
    browser = served.browser("ann")
    page = browser.get("/next")
    sent = {"csrf": page.csrf, "turn": page.field("turn"), "comment": "half a thought", "commit": "1"}
    again = browser.post(f"/items/{page.assignment}", sent)
    assert again.status == 422
    assert "Choose an answer first." in again.body
    assert "half a thought" in again.body
