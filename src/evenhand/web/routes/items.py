"""Reviewing: the next item, answers, and what else a person can do with an item. Made of the desk alone."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from starlette.responses import HTMLResponse, Response

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.review import EvidenceSpan, OpenItem, Role, Visit
from evenhand.web.item_page import LastAnswer, PageView, item_context, label_text
from evenhand.web.item_page_form import SentAnswer, read_answer
from evenhand.web.other_pages import empty_context, notice_context, revealed_context
from evenhand.web.rendering import render
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread
from evenhand.web.strings import translator
from evenhand.workflows.review.own_work import last_label, open_before, own_item, was_revealed

LONGEST_WORD = 2_000
"""Of a reason to skip, and of a word to the lead."""


# -- The item --------------------------------------------------------------------------------------


async def next_page(call: Call) -> Response:
    """Show the item that is open before the person, or the next one."""
    opened = await in_thread(call.desk.next_item, call.name, call.settings.design)
    if opened is None:
        past = await in_thread(call.desk.recent, call.name, 1, call.settings.design)
        last = await _last_answer(call)
        return call.show("empty.html", empty_context(settings=call.page, can_undo=bool(past), last=last))
    return await _item_page(call, opened)


async def item_page(call: Call) -> Response:
    """Show an item that is open before the person."""
    return await _item_page(call, await in_thread(call.desk.item, call.name, call.path("assignment")))


async def _item_page(
    call: Call,
    opened: OpenItem,
    *,
    choices: Sequence[EvidenceSpan] = (),
    problem: str = "",
    status: int = 200,
) -> Response:
    context = item_context(
        opened,
        settings=call.page,
        visit=call.field("visit") or secrets.token_hex(8),
        view=PageView.from_query(call.request.query_params),
        last=await _last_answer(call),
        choices=choices,
        problem=problem,
    )
    return call.show("item.html", context, status=status)


async def _last_answer(call: Call) -> LastAnswer | None:
    """Return what the person answered just before."""
    last = await in_thread(last_label, call.desk.ledger, call.name, call.settings.design)
    if last is None:
        return None
    return LastAnswer(assignment=last.assignment, label=last.label, may_reveal=last.may_reveal)


# -- Answers ---------------------------------------------------------------------------------------


async def answer_item(call: Call) -> Response:
    """Store an answer, or a draft of one."""
    shown = await in_thread(own_item, call.desk.ledger, call.name, call.path("assignment"))
    try:
        sent = read_answer(call.form, shown)
        if sent.commit and sent.is_settled and not sent.draft.label:
            return await _again(call, shown, translator(call.page.locale)("answers.choose_first"))
        if sent.commit and sent.is_settled:
            return await _commit(call, sent)
        return await _save_draft(call, sent)
    except ReviewConflictError as error:
        return await _conflict(call, error)
    except UnknownNameError:
        raise
    except UsageError as error:
        return await _again(call, shown, _told(error))


async def _commit(call: Call, sent: SentAnswer) -> Response:
    await in_thread(call.desk.commit, call.name, call.path("assignment"), sent.turn, sent.draft, _visit(sent))
    return go_to("/next")


async def _save_draft(call: Call, sent: SentAnswer) -> Response:
    assignment = call.path("assignment")
    await in_thread(call.desk.save_draft, call.name, assignment, sent.turn, sent.draft, _visit(sent))
    if sent.is_settled and not call.is_partial:
        return go_to(f"/items/{assignment}")
    shown = await in_thread(own_item, call.desk.ledger, call.name, assignment)
    if sent.is_settled:
        return _saved(call, shown)
    problem = translator(call.page.locale)("evidence.not_found") if sent.not_found else ""
    return await _item_page(call, shown, choices=sent.choices, problem=problem, status=422)


def _saved(call: Call, shown: OpenItem, *, problem: str = "", status: int = 200) -> Response:
    """Return the line of the page that says what is stored."""
    context = {"settings": call.page, "spent_now": shown.spent, "just_saved": not problem}
    return HTMLResponse(render("saved.html", **context, problem_saving=problem), status_code=status)


async def _again(call: Call, shown: OpenItem, problem: str) -> Response:
    """Show the form as it was sent, with what is wrong with it."""
    if "draft" in call.form and call.is_partial:
        return _saved(call, shown, problem=problem, status=422)
    with suppress(UsageError):  # where it can not be read, what is stored is shown
        shown = replace(shown, draft=read_answer(call.form, shown).draft)
    return await _item_page(call, shown, problem=problem, status=422)


async def _conflict(call: Call, error: ReviewConflictError) -> Response:
    """Say what is stored, and show what was sent, so that it can be copied."""
    assignment = call.path("assignment")
    stored = await in_thread(own_item, call.desk.ledger, call.name, assignment)
    if "draft" in call.form and call.is_partial:
        return _saved(call, stored, problem=_told(error), status=409)
    is_open = assignment in await in_thread(open_before, call.desk.ledger, call.name)
    t = translator(call.page.locale)
    context = {
        **notice_context(str(error), settings=call.page, hint=error.hint),
        "back": f"/items/{assignment}" if is_open else "/next",
        "stored": label_text(stored.draft.label, t),
        "sent": label_text(call.field("label") or call.field("number"), t),
        "sent_comment": call.field("comment"),
    }
    return call.show("conflict.html", context, status=409)


def _visit(sent: SentAnswer) -> Visit:
    return Visit(id=sent.visit or "without-scripts", spent=sent.spent)


def _told(error: UsageError) -> str:
    return f"{error}: {error.hint}" if error.hint else str(error)


# -- Other ways on ---------------------------------------------------------------------------------


async def skip(call: Call) -> Response:
    """Leave the item to others."""
    reason = call.field("reason")[:LONGEST_WORD]
    await in_thread(call.desk.skip, call.name, call.path("assignment"), call.whole("turn"), reason)
    return go_to("/next")


async def flag(call: Call) -> Response:
    """Tell the lead something about the item."""
    text = call.field("text").strip()
    if not text or len(text) > LONGEST_WORD:
        raise UsageError(f"a word to the lead has 1 to {LONGEST_WORD:,} characters")
    await in_thread(call.desk.flag, call.name, call.path("assignment"), text)
    return go_to("/next")


async def put_back(call: Call) -> Response:
    """Close the item without a decision."""
    await in_thread(call.desk.put_back, call.name, call.path("assignment"))
    return go_to("/break")


async def undo(call: Call) -> Response:
    """Take the last decision back."""
    opened = await in_thread(call.desk.undo, call.name, call.settings.design)
    return go_to(f"/items/{opened.assignment}")


async def take_break(call: Call) -> Response:
    """Put the open item back, and count items and minutes anew."""
    await _put_open_back(call)
    await in_thread(call.desk.take_break, call.name, call.settings.design)
    return go_to("/break")


async def break_page(call: Call) -> Response:
    """Show that nothing is open."""
    return call.show("empty.html", empty_context(settings=call.page, on_break=True))


async def _put_open_back(call: Call, *, but: str = "") -> None:
    for each in await in_thread(open_before, call.desk.ledger, call.name):
        if each != but:
            await in_thread(call.desk.put_back, call.name, each)


# -- After the label -------------------------------------------------------------------------------


async def reveal(call: Call) -> Response:
    """Put the open item back, and let the person look at the judges of one they labelled."""
    assignment = call.path("assignment")
    await _put_open_back(call, but=assignment)
    await in_thread(call.desk.reveal, call.name, assignment)
    return go_to(f"/items/{assignment}/reveal")


async def revealed_page(call: Call) -> Response:
    """Show the judges of an item once more, where the person has looked at them before."""
    assignment = call.path("assignment")
    shown = await in_thread(own_item, call.desk.ledger, call.name, assignment)
    if not await in_thread(was_revealed, call.desk.ledger, call.name, assignment):
        raise ReviewConflictError("the judges of this item were not shown to you yet")
    revealed = await in_thread(call.desk.reveal, call.name, assignment)
    return call.show("revealed.html", revealed_context(revealed, shown, settings=call.page))


async def change_mind(call: Call) -> Response:
    """Store a second answer."""
    label = call.field("label") or call.field("number").strip()
    await in_thread(call.desk.change_mind, call.name, call.path("assignment"), label, call.field("comment"))
    return go_to("/next")


_VIEW = ("look", "wrap", "diff", "open", "parts")
_ANSWER = (
    "turn",
    "visit",
    "time",
    "label",
    "number",
    "unsure",
    "defensible",
    "comment",
    "evidence",
    "pick",
    "quote",
)
_ITEM = "/items/{assignment}"

ENDPOINTS = (
    Endpoint(method="GET", path="/next", handler=next_page, role=Role.REVIEWER, query=_VIEW),
    Endpoint(method="GET", path=_ITEM, handler=item_page, role=Role.REVIEWER, query=_VIEW),
    Endpoint(
        method="POST",
        path=_ITEM,
        handler=answer_item,
        role=Role.REVIEWER,
        fields=(*_ANSWER, "commit", "draft"),
    ),
    Endpoint(
        method="POST", path=f"{_ITEM}/skip", handler=skip, role=Role.REVIEWER, fields=("turn", "reason")
    ),
    Endpoint(method="POST", path=f"{_ITEM}/flag", handler=flag, role=Role.REVIEWER, fields=("text",)),
    Endpoint(method="POST", path=f"{_ITEM}/put-back", handler=put_back, role=Role.REVIEWER),
    Endpoint(method="POST", path=f"{_ITEM}/reveal", handler=reveal, role=Role.REVIEWER),
    Endpoint(
        method="GET",
        path=f"{_ITEM}/reveal",
        handler=revealed_page,
        role=Role.REVIEWER,
        shows_answers=True,
    ),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/change",
        handler=change_mind,
        role=Role.REVIEWER,
        fields=("label", "number", "comment"),
    ),
    Endpoint(method="POST", path="/undo", handler=undo, role=Role.REVIEWER),
    Endpoint(method="POST", path="/break", handler=take_break, role=Role.REVIEWER),
    Endpoint(method="GET", path="/break", handler=break_page, role=Role.REVIEWER),
)
