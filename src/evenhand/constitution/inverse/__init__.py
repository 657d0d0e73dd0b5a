"""Principles inferred from what people decided against the panel: proposals for people, never applied.

| question | module |
|---|---|
| what was decided, and which decisions may be learned from | `decisions` |
| how decisions are shown to a generator, and what its texts say | `texts` |
| which proposals say the same | `alike` |
| what a proposal explains, and whether it still does on decisions it was not made from | `gain` |
| what is told of it all | `results` |

The procedure is that of inverse constitutional AI (Findeis et al., arXiv 2406.06560: generate, cluster, vote, keep),
held to more: a proposal is scored on decisions of another split, clustered by source, with an interval and adjusted for
the others that were tried; methods.md 7.3.
"""
