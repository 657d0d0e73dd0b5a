"""A constitution as a text that lives: composed, compared, tested, linted with evidence. No disk, no network.

- which principle wins where two collide: `conflicts`
- a constitution as people look at it: `shown`
- what changed between two constitutions: `diff`; principles are joined by id and alias (`pair_principles`) and compared
  (`compare_principle`, with `compare_scale`, `compare_scope` and `compare_examples`), with what stands outside of them
  (`compare_whole`); all as records of `changes`, in `words`
- whether the version says so: `version_rule`
- which examples judges are tested on: `examples`; what they say on them: `tested`
- what is stale through a change: `staleness`, by what each judge is shown (`asked`)
- what a run says against a constitution: `lint`; what is proposed to people because of it: `amendments`
- which principles people seem to follow where they overrule a panel: `inverse`
- which verdicts flip when what changed is judged again: `impact`, as `impact_results`, in `impact_words`
"""
