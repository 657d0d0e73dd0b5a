"""The review pages in a real browser: hostile texts everywhere, and what keeps people out of any page.

    python benchmarks/review_browser.py [--quick] [--only hostile|access] [--shots FOLDER]

Every payload of the corpus has a pair of its own, which fills every place that text from outside can stand in, and is
looked at in every way that texts can be shown: as people label it, at the judges afterwards, and by reviewer,
adjudicator and lead once it is labelled. Counted is what ran, what was fetched, what the browser complained about (a
refusal of the policy among it), and what stood on a page that no template puts there. Then axe judges every page in
two colours and two sizes, and pages are looked at for sideways scrolling at 320 px and at 200 % zoom.

Needs Debian's chromium, or another one, on PATH. Nothing leaves this machine: payloads that fetch aim at a server that
waits for them.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from tests.web.browser.axe import findings  # noqa: E402 - all need the line above
from tests.web.browser.driving import PHONE, WIDE, Reviewer, Seen, reviewer, script  # noqa: E402
from tests.web.browser.hostile import (  # noqa: E402
    HUGE,
    LATER_PLACES,
    PLACES,
    SMALL,
    aimed,
    hostile_case,
    hostile_judges,
    hostile_principle,
)
from tests.web.browser.inert import (  # noqa: E402
    ADJUDICATOR,
    LEAD,
    REVIEWER,
    Looked,
    crawl,
    review_item,
    settle,
    skip_item,
    trap,
)
from tests.web.browser.tour import disagree, serve_every_kind, tour, tour_of_roles  # noqa: E402
from tests.web.serving import Served, serve_items  # noqa: E402

from evenhand.records.review import ReviewItem, ShownCase, ShownPrinciple  # noqa: E402
from evenhand.web.page_settings import PageSettings  # noqa: E402
from evenhand.web.strings import LOCALES  # noqa: E402
from evenhand.workflows.review.judged import JudgedItem  # noqa: E402

LOOKS = 3
EVERY = 12
"""Which share of the corpus `--quick` takes: one payload in so many."""


@dataclass
class Hostile:
    """What came of a corpus."""

    payloads: Sequence[str]
    looked: Looked = field(default_factory=Looked)
    seen: list[Seen] = field(default_factory=list)
    origin: str = ""
    hits: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, object]]:
        """Yield what is counted."""
        yield "payloads", len(self.payloads)
        yield "places on an open item x ways to show it", f"{len(PLACES)} x {LOOKS}"
        yield "places afterwards", len(LATER_PLACES)
        yield "texts shown, at least", len(self.payloads) * (len(PLACES) * LOOKS + len(LATER_PLACES))
        yield "pages looked at", len(self.looked.pages)
        yield "requests seen", sum(len(each.requests) for each in self.seen)
        yield "scripts that ran", self.looked.runs
        yield "dialogs", sum(len(each.dialogs) for each in self.seen)
        yield "errors of our script", sum(len(each.errors) for each in self.seen)
        yield "complaints of the browser (policy, console)", sum(len(each.complaints) for each in self.seen)
        yield "refusals of the server", sum(len(each.refused) for each in self.seen)
        yield "elements no template put there", len(self.looked.foreign)
        yield "requests to anybody else", sum(len(each.beyond(self.origin)) for each in self.seen)
        yield "hits of the trap", len(self.hits)

    def oddities(self) -> Iterator[str]:
        """Yield what should not be there, word for word, with how often."""
        words = [
            *self.looked.foreign,
            *(
                text
                for each in self.seen
                for text in (*each.dialogs, *each.errors, *each.complaints, *each.refused)
            ),
            *(url for each in self.seen for url in each.beyond(self.origin)),
        ]
        for text, count in Counter(words).most_common(20):
            yield f"{count} x {text[:300]}"


@contextmanager
def serve_hostile(folder: Path, payloads: Sequence[str]) -> Iterator[Served]:
    """Serve a pair and a single candidate for each payload, and one more to skip; two people label each."""

    def payload_of(number: int) -> str:
        return payloads[number // 2 % len(payloads)]

    def shown(number: int) -> tuple[ShownCase, ShownPrinciple]:
        payload, outputs = payload_of(number), 2 - number % 2
        said = (
            payload if len(payload) < 100_000 else payload[:1_000]
        )  # nobody writes a principle of a megabyte
        case = hostile_case(payload, f"c{number}", outputs=outputs)
        return case, hostile_principle(said, f"p{number}", pair=outputs == 2)

    def judged(item: ReviewItem) -> JudgedItem:
        return hostile_judges(payload_of(item.seq))

    items = 2 * len(payloads) + 1
    with serve_items(folder, items, shown=shown, judged=judged, required=lambda _: 2) as served:
        yield served


def try_hostile(browser: Browser, payloads: Sequence[str]) -> Hostile:
    """Let every payload be labelled, and look at every page of every role."""
    with tempfile.TemporaryDirectory() as folder, trap() as waiting:
        found = Hostile(payloads=aimed(payloads, waiting.address))
        with serve_hostile(Path(folder), found.payloads) as served:
            found.origin = served.settings.site.origin
            second_opinions(served, found.payloads)
            with reviewer(browser, served, "ann") as ann:
                found.seen.append(ann.seen)
                label_all(ann, found)
                crawl(ann, found.looked, REVIEWER)
            for name, starts in (("ada", ADJUDICATOR), ("lea", LEAD)):
                with reviewer(browser, served, name) as other:
                    found.seen.append(other.seen)
                    if name == "ada":
                        settle(other, found.looked, found.payloads[0])
                    crawl(other, found.looked, starts, most=1_000)
        found.hits = list(waiting.hits)
    return found


def second_opinions(served: Served, payloads: Sequence[str]) -> None:
    """Let another person answer differently, with comments and words to the lead."""
    bo = served.browser("bo")
    for payload in payloads:
        for label in ("b", "3"):
            page = bo.get("/next")
            bo.post(f"/items/{page.assignment}/flag", {"csrf": page.csrf, "text": payload[:1_500] or "x"})
            served.label(bo, label, comment=payload[:9_000])


def label_all(ann: Reviewer, found: Hostile) -> None:
    """Label the pair of each payload with all that there is, and look at its single candidate."""
    ann.open()
    for number, payload in enumerate(found.payloads):
        review_item(ann, found.looked, payload)
        found.looked.look(ann, "item as text, single")
        ann.page.locator("#answers input").first.check()
        ann.page.locator("#comment").focus()  # looking at the page left the focus on a link
        ann.press_and_go("Control+Enter")
        if sys.stderr.isatty() or number % 20 == 0:
            print(f"{number + 1} of {len(found.payloads)} payloads", file=sys.stderr)
    skip_item(ann, found.payloads[0])


# -- Access ------------------------------------------------------------------------------------------

SIZES: Mapping[str, tuple[int, int]] = {"1280 x 720": WIDE, "390 x 844": PHONE}
NARROW: Mapping[str, tuple[int, int]] = {"320 px": (320, 640), "1280 x 720 at 200 %": (640, 360)}


def try_access(browser: Browser) -> int:
    """Print what axe finds, and which pages scroll sideways; return how much that is."""
    bad = 0
    print(f"\n{'pages':>6} {'serious':>8} {'moderate':>9} {'minor':>6}  colours, size")
    for colours in ("light", "dark"):
        for name, size in SIZES.items():
            found = on_tour(browser, size, colours, lambda ann: findings(ann.page, *IMPACTS))
            serious, moderate, minor = (
                _count(found, *impacts) for impacts in (IMPACTS[:2], IMPACTS[2:3], IMPACTS[3:])
            )
            print(f"{len(found):>6} {serious:>8} {moderate:>9} {minor:>6}  {colours}, {name}")
            for page, words in found.items():
                print(*(f"       {page}: {each}" for each in words), sep="\n", end="\n" if words else "")
            bad += serious
    for name, size in NARROW.items():
        wide = {page: each for page, each in on_tour(browser, size, "light", too_wide).items() if each}
        print(f"pages that scroll sideways at {name}: {len(wide)} {wide or ''}")
        bad += len(wide)
    return bad


IMPACTS = ("critical", "serious", "moderate", "minor")


def _count(found: Mapping[str, Sequence[str]], *impacts: str) -> int:
    return sum(each.startswith(impacts) for words in found.values() for each in words)


def too_wide(ann: Reviewer) -> list[str]:
    """Return what makes a page scroll sideways."""
    found: list[str] = ann.page.evaluate(script("too-wide"))
    return found


def on_tour(
    browser: Browser, size: tuple[int, int], colours: str, look: Callable[[Reviewer], list[str]]
) -> dict[str, list[str]]:
    """Return what is found on every page."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_every_kind(Path(folder)) as served,
        reviewer(browser, served, size=size, color_scheme=colours) as ann,
    ):
        found = {name: look(ann) for name in tour(ann)}
        disagree(served)
        with (
            reviewer(browser, served, "ada", size=size, color_scheme=colours) as ada,
            reviewer(browser, served, "lea", size=size, color_scheme=colours) as lea,
        ):
            return found | {name: look(who) for name, who in tour_of_roles(ada, lea)}


def take_shots(browser: Browser, folder: Path) -> None:
    """Write a picture of every page: light, dark, on a phone, from right to left."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, size, colours, tag in (
        ("light", WIDE, "light", "en"),
        ("dark", WIDE, "dark", "en"),
        ("phone", PHONE, "light", "en"),
        ("right-to-left", WIDE, "light", "ar-XB"),
    ):
        settings = PageSettings(locale=LOCALES[tag])
        with (
            tempfile.TemporaryDirectory() as made,
            serve_every_kind(Path(made)) as served,
            reviewer(browser, served, size=size, color_scheme=colours, settings=settings) as ann,
        ):
            for page in tour(ann):
                shoot(ann, folder, name, page)
            disagree(served)
            with (
                reviewer(browser, served, "ada", size=size, color_scheme=colours, settings=settings) as ada,
                reviewer(browser, served, "lea", size=size, color_scheme=colours, settings=settings) as lea,
            ):
                for page, who in tour_of_roles(ada, lea):
                    shoot(who, folder, name, page, full_page=True)
    print(f"pictures are in {folder}")


def shoot(who: Reviewer, folder: Path, name: str, page: str, *, full_page: bool = False) -> None:
    """Write a picture of the page that is open."""
    file = folder / f"{name}-{page.replace(': ', '-').replace(' ', '-')}.png"
    who.page.screenshot(path=file, full_page=full_page)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one payload in twelve")
    parser.add_argument("--only", choices=("hostile", "access"), help="one of the two")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="write pictures of the pages instead")
    asked = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        parser.error(f"needs one of {', '.join(BROWSERS)} on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        print(f"browser {browser.version}")
        if asked.shots:
            take_shots(browser, asked.shots)
            return 0
        bad = 0
        if asked.only != "access":
            corpus = [*SMALL, *HUGE]
            found = try_hostile(browser, corpus[::EVERY] if asked.quick else corpus)
            print(*(f"{count!s:>10}  {what}" for what, count in found.rows()), sep="\n")
            odd = list(found.oddities())
            print(*(f"            {line}" for line in odd), sep="\n")
            bad += len(odd) + found.looked.runs + len(found.hits)
        if asked.only != "hostile":
            bad += try_access(browser)
        browser.close()
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
