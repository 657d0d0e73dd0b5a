"""What is exported as trusted, held against people whose labels were hidden."""

from pathlib import Path

import numpy as np
from benchmarks.feedback_trust import ALPHAS, draw_from, measure

from evenhand.stats.selective import DELTA


def test_what_a_certified_panel_decides_alone_is_as_right_as_promised(shared_data: Path) -> None:
    found, pairs = measure(shared_data, "trust_or_escalate", 0)
    draws = dict(zip(ALPHAS, found, strict=True))
    assert not draws[0.1].certified
    assert draws[0.1].trusted == 0
    for alpha in (0.2, 0.3):
        assert draws[alpha].certified
        assert draws[alpha].alone > draws[alpha].trusted > 100
        assert draws[alpha].alone_wrong <= alpha * draws[alpha].alone
    rng = np.random.default_rng(1)
    drawn = [draw_from(pairs, 0.1, rng) for _ in range(200)]
    assert 60 < sum(each.certified for each in drawn) < 160
    assert sum(each.certified and each.risk > 0.1 for each in drawn) <= DELTA * len(drawn)
