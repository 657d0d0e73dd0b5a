"""What a generation run is to do: a generator, its chains, and what pins them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from evenhand.catalog.aliases import alias_of
from evenhand.catalog.generators import LoadedGenerator
from evenhand.catalog.prices import PRICE_TABLE_DATE, lookup_price
from evenhand.catalog.settings import Workspace
from evenhand.errors import UnknownNameError, UsageError
from evenhand.generation.chain import Chain
from evenhand.generation.progress import GenerationProgress
from evenhand.records.generation import GenerationAccount, GenerationManifest, GenerationRun, Purpose
from evenhand.records.judge import Price
from evenhand.records.run import PinnedFile
from evenhand.records.settings import DECIDING_PROTOCOLS, Account
from evenhand.workflows.prepare import how_to_price, relative_path
from evenhand.workflows.versions import versions_in_use


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationJob:
    """Everything a generation run needs to know."""

    workspace: Workspace
    purpose: Purpose
    title: str
    """What it is for, for people."""
    generator: LoadedGenerator
    chains: Callable[[], Iterable[Chain]]
    """Opens the chains, always the same ones in the same order; they are read as they are needed."""
    planned: int
    """How many chains there are."""
    most_steps: int
    """Most steps of a chain."""
    settings: Mapping[str, JsonValue]
    """All else that decides the questions, as plain JSON; a run with the same settings goes on where it stopped."""
    files: tuple[PinnedFile, ...] = ()
    """Files the chains are read from."""

    def account(self) -> tuple[str, Account]:
        """Return the name and the settings of the generator's account.

        Raises:
            UsageError: The settings have no such account, or its models write nothing.
        """
        generator = self.generator.generator
        name = generator.model.partition("/")[0]
        where = f"generator {generator.id} ({relative_path(self.workspace, self.generator.path)})"
        try:
            name, account = self.workspace.account(name)
        except UnknownNameError as error:
            raise UsageError(
                f"{error}, which {where} names",
                hint=f"add [accounts.{name}] to evenhand.toml, with `protocol` and `base_url` ({error.hint})",
            ) from error
        if account.protocol in DECIDING_PROTOCOLS:
            raise UsageError(
                f"{where} names account {name!r}, a decision endpoint: its models choose and write nothing",
                hint="name an account that speaks openai-chat, openai-responses or anthropic",
            )
        return name, account

    def price(self) -> Price:
        """Return the price of the generator's model.

        Raises:
            UsageError: It is not known.
        """
        generator = self.generator.generator
        price = generator.price or lookup_price(generator.model, self.workspace.settings.prices)
        if price is None:
            raise UsageError(
                f"the price of {generator.model!r} (generator {generator.id}) is not known, and unknown is not zero",
                hint=how_to_price(generator.model).replace("judge file", "generator file"),
            )
        return price

    def refuse_alias(self) -> None:
        """Refuse a floating alias that the generator's file does not allow, before anything is paid.

        Raises:
            UsageError: Its model is one.
        """
        generator = self.generator.generator
        alias = None if generator.allow_alias else alias_of(generator.model)
        if alias is not None:
            write = f"write model: {alias.instead}" if alias.instead else "write the name of one dated model"
            raise UsageError(
                f"the model {generator.model!r} of generator {generator.id} is a floating alias: {alias.why}",
                hint=f"{write}, or allow it with allow_alias: true",
            )

    def manifest(self, *, command: str = "", again: bool = False) -> GenerationManifest:
        """Pin everything that decides what is asked.

        Raises:
            UsageError: The account or the price is unknown.
        """
        return GenerationManifest(
            purpose=self.purpose,
            title=self.title,
            generator=self.generator.generator,
            templates=dict(self.generator.templates),
            settings=self.settings,
            files=self.files,
            chains=self.planned,
            most_steps=self.most_steps,
            price=self.price(),
            prices_as_of=PRICE_TABLE_DATE,
            versions=versions_in_use([self.account()[1]]),
            command=command,
            again=again,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationOptions:
    """What a user may say about one execution."""

    max_usd: float | None = None
    """Cap in US dollars; a run that goes on keeps its cap until it is given another."""
    wall_usd: float | None = None
    """Wall of the settings, which holds beside `max_usd` and never raises the cap that a run has."""
    replay: bool = False
    """Whether only replies in the ledger are used: no provider is opened and no key is read."""
    again: bool = False
    """Whether every question is asked again in a new run, whatever earlier runs hold; their replies are kept."""
    retry_failed: bool = False
    """Whether a run that is at its end is followed by a new one, in which only the failed steps are asked again."""
    command: str = "generate() called from Python"
    """The command line, for the manifest."""

    @property
    def cap_usd(self) -> float | None:
        """What a new run may spend: the lower one of the cap and the wall."""
        known = [cap for cap in (self.max_usd, self.wall_usd) if cap is not None]
        return min(known) if known else None

    def __post_init__(self) -> None:
        """Refuse wishes that exclude each other.

        Raises:
            UsageError: A replay is to ask again.
        """
        if self.replay and (self.again or self.retry_failed):
            raise UsageError("a replay asks nobody, so it can not ask again", hint="leave out one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationResult:
    """How an execution ended."""

    run: GenerationRun
    account: GenerationAccount
    reasons: tuple[str, ...] = ()
    """Why chains are left open; empty when none is."""
    interrupted: bool = False
    needs_cap: bool = False
    """Whether chains are left open for want of money: going on takes a higher cap."""


Watch = Callable[[GenerationRun, GenerationProgress], None]
"""Told once when a run starts or goes on; the progress record it gets keeps moving."""
