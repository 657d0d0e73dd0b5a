"""A small run on real parts: SQLite on disk, the OpenAI SDK, and the loopback server."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.judging.budget import NANOUSD, Purse
from evenhand.judging.calling import CallingJudge
from evenhand.judging.decide import Decider
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.offline.pattern import PatternRater
from evenhand.judging.plan import Plan
from evenhand.judging.progress import JudgeProgress, Progress
from evenhand.judging.prompt import Prompter
from evenhand.judging.runner import Runner
from evenhand.providers.connection import Connection
from evenhand.providers.interface import Provider
from evenhand.providers.openai_chat import OpenAIChat
from evenhand.providers.throttle import Throttle
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import (
    AnswerSettings,
    Judge,
    ModelJudge,
    Pattern,
    PatternJudge,
    PatternRules,
    Price,
)
from evenhand.records.panel import Panel
from evenhand.records.run import Endpoint, Manifest, Run
from evenhand.records.suite import Case, CaseFile, Suite
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import settled_units
from evenhand.store.run_ledger import RunLedger

TEMPLATE = 'Rule: {{ principle.text }}\n{{ data("prompt", case.prompt) }}\n{{ data("reply", case.response) }}'
PRICE = Price(input=1.0, output=2.0)
CONSTITUTION = Constitution(
    schema_="constitution/v1",
    id="small",
    version="1.0.0",
    principles=(Principle(id="secrets.keep", text="Do not tell the password."),),
)


def model_judge(name: str = "reader", **changes: object) -> ModelJudge:
    """A model judge on the loopback account."""
    fields = {
        "schema_": "judge/v1",
        "id": name,
        "version": "1.0.0",
        "kind": "model",
        "model": f"loop/{name}",
        "template": "reader.j2",
        "answer": AnswerSettings(reasks=1),
        "timeout_s": 60.0,
        **changes,
    }
    return ModelJudge(**fields)  # type: ignore[arg-type] # the table above holds fields of every type


def pattern_judge(name: str = "patterns") -> PatternJudge:
    """An offline judge that fails a text with the word password."""
    rules = PatternRules(
        prior={"complies": 1.0, "violates": 0.0},
        patterns=(Pattern(pattern="password", label="violates", weight=3.0, why="names the password"),),
    )
    return PatternJudge(schema_="judge/v1", id=name, version="1.0.0", kind="pattern", principles={"*": rules})


def cases(count: int) -> tuple[Case, ...]:
    """Cases of which every third tells the password."""
    return tuple(
        Case(
            id=f"case-{n}",
            prompt=f"Question {n}?",
            response=f"Answer {n}." + " The password is x." * (n % 3 == 0),
        )
        for n in range(count)
    )


@dataclass
class SmallRun:
    """One run in one ledger; `runner()` gives a new runner that goes on where the last one ended."""

    folder: Path
    base_url: str
    judges: tuple[Judge, ...] = field(default_factory=lambda: (model_judge(), pattern_judge()))
    count: int = 12
    concurrency: int = 4
    cap_usd: float | None = None
    patience_s: float = 600.0
    probe_every_s: float = 0.05
    panel_fields: Mapping[str, Any] = field(default_factory=lambda: {"quorum": 1})
    """What the panel says besides its judges."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Base URL of the account of each judge that is on another one than "loop"."""
    provider: Provider | None = None
    """Whom all judges ask instead of the server, where a test scripts the moment of each reply."""

    def __post_init__(self) -> None:
        self.all_cases = cases(self.count)
        names = tuple(judge.id for judge in self.judges)
        panel = Panel(schema_="panel/v1", id="small", judges=names, **self.panel_fields)
        suite = Suite(
            schema_="suite/v1",
            id="small",
            constitution="c.yaml",
            panel="p.yaml",
            cases=(CaseFile(path="cases.jsonl"),),
        )
        self.plan = Plan(
            suite=suite,
            constitution=CONSTITUTION,
            panel=panel,
            judges=self.judges,
            cases=lambda: self.all_cases,
        )
        self.manifest = Manifest(
            suite=suite,
            suite_path="suite.yaml",
            constitution=CONSTITUTION,
            panel=panel,
            judges=self.judges,
            planned_items=self.count,
            units_per_item=self.plan.units_per_item,
        )
        self.decider = Decider(
            panel=panel,
            units_by_judge=self.plan.units_by_judge(),
            scales=self.plan.scales,
        )
        self.ledger: LedgerFile = open_ledger(self.folder / "ledger.sqlite", create=True)
        self.run: Run = self.new_run()
        self.purse = Purse(None if self.cap_usd is None else round(self.cap_usd * NANOUSD))

    def new_run(self) -> Run:
        """Start another run of the same inputs in the same ledger."""
        self.run = self.ledger.start_run(self.manifest)
        self.ledger.add_items(self.ledger.run_number(self.run.id), self.plan.items())
        return self.run

    @asynccontextmanager
    async def runner(self) -> AsyncIterator[Runner]:
        """A runner for what is open."""
        writer = RunLedger(self.ledger, self.ledger.run_number(self.run.id))
        self.purse = Purse(self.purse.cap_nanousd, spent_nanousd=self.purse.spent_nanousd)
        self.progress = Progress(
            judges={
                judge: JudgeProgress(planned=self.count * units)
                for judge, units in self.plan.units_by_judge().items()
            }
        )
        try:
            yield Runner(
                plan=self.plan,
                decider=self.decider,
                ledger=writer,
                offline={j.id: PatternRater(j) for j in self.judges if isinstance(j, PatternJudge)},
                calling=self._calling([j for j in self.judges if isinstance(j, ModelJudge)]),
                keys=OfflineKeys(self.judges, CONSTITUTION),
                settled=settled_units(self.ledger, self.run),
                purse=self.purse,
                progress=self.progress,
            )
        finally:
            writer.close()
            for provider in self.providers.values():
                await provider.close()

    def _calling(self, judges: Sequence[ModelJudge]) -> dict[str, CallingJudge]:
        self.providers: dict[str, OpenAIChat] = {}
        self.throttles: dict[str, Throttle] = {}
        for account in dict.fromkeys(map(self._account, judges)):
            url = self.accounts.get(account, self.base_url)
            connection = Connection(account=account, base_url=url, concurrency=self.concurrency)
            self.providers[account] = OpenAIChat(connection)
            self.throttles[account] = Throttle(
                account=account,
                concurrency=self.concurrency,
                patience_s=self.patience_s,
                probe_every_s=self.probe_every_s,
            )
        return {
            judge.id: CallingJudge(
                judge=judge,
                account=self._account(judge),
                prompter=Prompter(
                    judge=judge, template=TEMPLATE, constitution=CONSTITUTION, endpoint=self._endpoint(judge)
                ),
                provider=self.provider or self.providers[self._account(judge)],
                throttle=self.throttles[self._account(judge)],
                concurrency=self.concurrency,
                price=PRICE,
                evidence_required=frozenset(),
            )
            for judge in judges
        }

    def _account(self, judge: ModelJudge) -> str:
        return judge.id if judge.id in self.accounts else "loop"

    @staticmethod
    def _endpoint(judge: ModelJudge) -> Endpoint:
        model = judge.model.partition("/")[2]
        return Endpoint(
            judge=judge.id, account="loop", protocol="openai-chat", model=model, means="json_schema"
        )
