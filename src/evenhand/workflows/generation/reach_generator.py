"""Open the account of a generator and find out what its endpoint can do; or find it out from earlier runs."""

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import chain

from evenhand.errors import MeasureError
from evenhand.generation.calling import CallingGenerator
from evenhand.generation.prompt import StepPrompter
from evenhand.judging.budget import Purse
from evenhand.providers.capabilities import Wants
from evenhand.providers.registry import OpenProvider, open_provider, open_throttle
from evenhand.records.generation import GenerationManifest, GenerationRun
from evenhand.records.run import Endpoint
from evenhand.records.settings import Account
from evenhand.store.generations import newest_generations
from evenhand.store.ledger import LedgerFile
from evenhand.store.step_ledger import StepLedger
from evenhand.workflows.generation.job import GenerationJob
from evenhand.workflows.look_at_endpoint import Access, instrument_of, look_at_endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorReach:
    """A generator ready to be asked, and its connection."""

    writer: CallingGenerator
    provider: OpenProvider | None

    async def close(self) -> None:
        """Close the connection."""
        if self.provider is not None:
            await self.provider.close()


async def reach_generator(
    job: GenerationJob, run: GenerationRun, ledger: LedgerFile, steps: StepLedger, purse: Purse
) -> GeneratorReach:
    """Open the generator's account, and learn what its endpoint can do from an earlier run or by a few tiny calls.

    Raises:
        UsageError: A key is missing.
        ProviderStopError: The endpoint refuses the key, the model or the money, or can not be reached.
    """
    name, account = job.account()
    provider, throttle = open_provider(name, account, os.environ), open_throttle(name, account)
    async with AsyncExitStack() as unless_reached:
        unless_reached.push_async_callback(provider.close)
        generator = run.manifest.generator
        asked_with = steps.register(instrument_of(generator, name, account, provider))
        access = Access(
            name=name,
            account=account,
            provider=provider,
            throttle=throttle,
            price=run.manifest.price,
            instrument=asked_with,
        )
        endpoint = known_generator_endpoint(run.manifest, account, ledger) or await look_at_endpoint(
            generator, f"generator {generator.id}", _wants(run.manifest), access, steps, purse
        )
        unless_reached.pop_all()
    writer = CallingGenerator(
        generator=generator,
        prompter=_prompter(run.manifest, endpoint),
        price=run.manifest.price,
        concurrency=account.concurrency,
        provider=provider,
        throttle=throttle,
        instrument=asked_with,
    )
    return GeneratorReach(writer=writer, provider=provider)


def replay_generator(job: GenerationJob, run: GenerationRun, ledger: LedgerFile) -> GeneratorReach:
    """Return the generator as the ledger alone answers for it.

    Raises:
        MeasureError: No run of this ledger says how its endpoint was asked, so that no reply can be found.
    """
    endpoint = known_generator_endpoint(run.manifest, job.account()[1], ledger)
    if endpoint is None:
        raise MeasureError(
            f"generator {run.manifest.generator.id}: nothing is recorded about its endpoint, so no reply can be found",
            hint="run it once without --replay",
        )
    writer = CallingGenerator(
        generator=run.manifest.generator,
        prompter=_prompter(run.manifest, endpoint),
        price=run.manifest.price,
    )
    return GeneratorReach(writer=writer, provider=None)


def known_generator_endpoint(
    manifest: GenerationManifest, account: Account, ledger: LedgerFile
) -> Endpoint | None:
    """Return what a run found out about the same model, address and settings; None where none did."""
    wanted = (manifest.generator.model, manifest.generator.params, account.protocol, account.base_url)
    for earlier in chain([manifest], (run.manifest for run in newest_generations(ledger))):
        endpoint = earlier.endpoint
        if endpoint is None:
            continue
        found = (earlier.generator.model, earlier.generator.params, endpoint.protocol, endpoint.base_url)
        if found == wanted:
            return endpoint.model_copy(
                update={"judge": manifest.generator.id, "transport": account.transport}
            )
    return None


def _prompter(manifest: GenerationManifest, endpoint: Endpoint) -> StepPrompter:
    return StepPrompter(generator=manifest.generator, templates=manifest.templates, endpoint=endpoint)


def _wants(manifest: GenerationManifest) -> Wants:
    params = manifest.generator.params
    return Wants(
        means="last_line",
        logprobs=False,
        max_tokens=params.max_tokens,
        temperature=params.temperature,
        top_p=params.top_p,
        seed=params.seed,
        reasoning_effort=params.reasoning_effort,
        timeout_s=manifest.generator.timeout_s,
    )
