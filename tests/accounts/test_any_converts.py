"""The chance that any lead of an account converts, exactly and by simulation."""

from decimal import Decimal, localcontext
from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ERROR = 1e-12
probabilities = st.lists(
    st.one_of(st.floats(0, 1), st.floats(0, 1e-6), st.just(1.0)), min_size=1, max_size=8
)
dependences = st.sampled_from([0.0, 0.04, 0.5, 2.0, 7.0, 18.0])
quick = settings(deadline=None, max_examples=60)


def exact(chances: list[float], dependence: float) -> Decimal:
    """Clayton's formula in 200 digits."""
    with localcontext(prec=200):
        stays = [1 - Decimal(p) for p in chances]
        if dependence == 0 or 0 in stays:
            return 1 - prod(stays)
        v = Decimal(dependence)
        return 1 - (1 + sum(stay**-v - 1 for stay in stays)) ** (-1 / v)


@quick
@given(probabilities, dependences)
def test_it_is_the_clayton_copula(accounts, chances, dependence):
    expected = float(exact(chances, dependence))
    assert accounts.chance(chances, dependence) == pytest.approx(expected, rel=0, abs=ERROR)


@quick
@given(probabilities, dependences)
def test_it_is_between_the_best_lead_and_the_sum_and_that_of_one_lead_is_its_own(
    accounts, chances, dependence
):
    chance = accounts.chance(chances, dependence)
    assert max(chances) - ERROR <= chance <= min(1, sum(chances)) + ERROR
    assert accounts.chance(chances[:1], dependence) == pytest.approx(chances[0], rel=0, abs=ERROR)


@quick
@given(probabilities, dependences, st.floats(0, 1))
def test_it_rises_with_each_lead_and_falls_with_dependence(accounts, chances, dependence, better):
    chance = accounts.chance(chances, dependence)
    raised = [max(chances[0], better), *chances[1:]]
    assert accounts.chance(raised, dependence) >= chance - ERROR
    assert accounts.chance([*chances, better], dependence) >= chance - ERROR
    by_dependence = [accounts.chance(chances, v) for v in (0.0, 0.5, 2.0, 18.0)]
    assert all(less <= more + ERROR for more, less in pairwise(by_dependence))


@pytest.mark.parametrize("dependence", [0.5, 2.0, 8.0])
def test_it_is_how_often_any_converts_of_leads_with_a_shared_frailty(accounts, dependence):
    """Marshall and Olkin 1988: with a frailty W of gamma(1/v), (1 + E / W)^(-1/v) is uniform."""
    chances = np.array([0.02, 0.05, 0.2, 0.4])
    rng = np.random.default_rng(0)
    draws = 400_000
    frailty = rng.gamma(1 / dependence, size=(draws, 1))
    uniform = (1 + rng.exponential(size=(draws, len(chances))) / frailty) ** (-1 / dependence)
    converts = uniform > 1 - chances

    error = 4 * np.sqrt(0.25 / draws)
    assert converts.mean(axis=0) == pytest.approx(chances, abs=error)
    expected = converts.any(axis=1).mean()
    assert accounts.chance(chances, dependence) == pytest.approx(expected, abs=error)
