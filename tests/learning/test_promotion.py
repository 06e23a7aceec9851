import numpy as np
import pytest
from scipy.stats import norm

from leadhouse.learning.promotion import chance_of_worse


@pytest.mark.parametrize("shift", [-0.3, -0.1, 0.0, 0.1, 0.3])
def test_the_chance_is_that_of_the_mean_over_leads(shift) -> None:
    """Of many leads the bootstrap is the normal distribution of their mean."""
    rng = np.random.default_rng(5)
    of_leads = rng.normal(shift, 1, 400)
    lead = np.repeat(np.arange(400), 3)
    expected = norm.cdf(of_leads.mean() / (of_leads.std() / np.sqrt(400)))
    assert chance_of_worse(of_leads[lead], lead, seed=0) == pytest.approx(expected, abs=0.03)


def test_the_same_model_is_not_worse_than_itself() -> None:
    assert chance_of_worse(np.zeros(100), np.arange(100), seed=0) == 0


def test_many_moments_of_one_lead_are_no_evidence() -> None:
    """Ten thousand moments of which one lead's decide: the bootstrap draws it or not."""
    difference = np.zeros(10_000)
    difference[:500] = 1.0
    lead = np.concatenate([np.zeros(500, int), np.arange(1, 9_501)])
    assert chance_of_worse(difference, lead, seed=0) == pytest.approx(1 - np.exp(-1), abs=0.04)
