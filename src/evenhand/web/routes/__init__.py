"""Every route of the pages, in one table: address, method, role and handler.

Pages for adjudicators and leads declare their role in an `ENDPOINTS` of their own module and are added here; one that
shows what judges or other people said says so, and then answers nobody who has an item open.
"""

from evenhand.web.routes import account, adjudicate, items, lead, own
from evenhand.web.routes.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *items.ENDPOINTS,
    *own.ENDPOINTS,
    *adjudicate.ENDPOINTS,
    *lead.ENDPOINTS,
)
"""All of them."""
