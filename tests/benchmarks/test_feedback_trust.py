"""What is exported as trusted, held against people whose labels were hidden."""

from pathlib import Path

from benchmarks.feedback_trust import ALPHAS, measure


def test_what_a_certified_panel_decides_alone_is_as_right_as_promised(shared_data: Path) -> None:
    draws = dict(zip(ALPHAS, measure(shared_data, "trust_or_escalate", 0), strict=True))
    assert not draws[0.1].certified
    assert draws[0.1].trusted == 0
    for alpha in (0.2, 0.3):
        assert draws[alpha].certified
        assert draws[alpha].alone > draws[alpha].trusted > 100
        assert draws[alpha].alone_wrong <= alpha * draws[alpha].alone
