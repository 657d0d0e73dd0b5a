"""Pages of adjudicators: the queue, one item, the decision, and names and judges behind it."""

from starlette.responses import Response

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.review import AdjudicationReason, Role
from evenhand.web.adjudicate_page import (
    NOTHING_SENT,
    SentDecision,
    behind_context,
    case_context,
    queue_context,
)
from evenhand.web.item_page_blocks import PageView
from evenhand.web.routes.endpoint import Call, Endpoint, go_to, in_thread
from evenhand.workflows.review.adjudicate import Decision


async def queue_page(call: Call) -> Response:
    """Show the items that wait."""
    settled = call.request.query_params.get("settled") == "1"
    desk = call.desks.adjudication
    queue = await in_thread(desk.queue, call.name, call.settings.design, settled=settled)
    return call.show("adjudicate.html", queue_context(queue, settings=call.page, settled=settled))


async def case_page(call: Call) -> Response:
    """Show one item; it is never given to this person for a label any more."""
    return await _case_page(call)


async def _case_page(
    call: Call, *, sent: SentDecision = NOTHING_SENT, problem: str = "", status: int = 200
) -> Response:
    found = await in_thread(call.desks.adjudication.open, call.name, call.path("item"))
    view = PageView.from_query(call.request.query_params)
    context = case_context(found, settings=call.page, view=view, sent=sent, problem=problem)
    return call.show("adjudicate_item.html", context, status=status)


async def decide(call: Call) -> Response:
    """Settle the item; what could not be taken is shown again as it was sent."""
    sent = SentDecision(
        label=call.field("label"),
        number=call.field("number"),
        reason=call.field("reason"),
        note=call.field("note"),
    )
    item = call.path("item")
    try:
        await in_thread(call.desks.adjudication.decide, call.name, item, _decision(call, sent))
    except (ReviewConflictError, UnknownNameError):
        raise
    except UsageError as error:
        problem = f"{error}: {error.hint}" if error.hint else str(error)
        return await _case_page(call, sent=sent, problem=problem, status=422)
    return go_to(f"/adjudicate/{item}")


def _decision(call: Call, sent: SentDecision) -> Decision:
    if sent.reason not in set(AdjudicationReason):
        raise UsageError("why did people differ?", hint="choose one of the reasons")
    return Decision(
        label=sent.label or sent.number.strip(),
        reason=AdjudicationReason(sent.reason),
        note=sent.note,
        after=call.field("after"),
        own=call.field("own") == "1",
    )


async def behind_page(call: Call) -> Response:
    """Show names and judges behind a decided item; who has looked decides it no more."""
    behind = await in_thread(call.desks.adjudication.look_behind, call.name, call.path("item"))
    return call.show("adjudicate_behind.html", behind_context(behind, settings=call.page))


_ITEM = "/adjudicate/{item}"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/adjudicate",
        handler=queue_page,
        role=Role.ADJUDICATOR,
        shows_answers=True,
        query=("settled",),
    ),
    Endpoint(
        method="GET",
        path=_ITEM,
        handler=case_page,
        role=Role.ADJUDICATOR,
        shows_answers=True,
        query=("look", "wrap", "diff", "open", "parts"),
    ),
    Endpoint(
        method="POST",
        path=_ITEM,
        handler=decide,
        role=Role.ADJUDICATOR,
        shows_answers=True,
        fields=("label", "number", "reason", "note", "after", "own"),
    ),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/behind",
        handler=behind_page,
        role=Role.ADJUDICATOR,
        shows_answers=True,
    ),
)
