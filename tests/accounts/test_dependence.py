"""The estimated dependence and its figures, on simulated worlds whose dependence is known."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import log_loss

from tests.accounts.conftest import NEWEST, OLDER, Moment


def world(
    count: int, dependence: float, *, origins=(OLDER, NEWEST), moments: int = 1, seed: int = 0
) -> list[Moment]:
    """Accounts of one to six leads; the moments of an account at an origin all end alike."""
    rng = np.random.default_rng(seed)
    made = []
    for account in range(count):
        for origin_at in origins:
            chances = rng.beta(1, 6, rng.integers(1, 7))
            uniform = rng.random(len(chances))
            if dependence:
                frailty = rng.gamma(1 / dependence)
                uniform = (1 - np.log(uniform) / frailty) ** (-1 / dependence)
            labels = uniform > 1 - chances
            made += [
                Moment(str(account), chances, labels, origin_at, day + 1) for day in range(moments)
            ]
    return made


def estimate(connection, origins: str) -> dict:
    relation = connection.sql(f"from int_account_dependence where origins = '{origins}'")
    return dict(zip(relation.columns, relation.fetchone(), strict=True))


@pytest.mark.parametrize("dependence", [1.0, 4.0])
def test_the_dependence_of_a_world_is_found_and_mends_its_probabilities(accounts, dependence):
    connection = accounts.run(world(4000, dependence))

    tau = dependence / (dependence + 2)
    for origins in ("all", "older"):
        found = estimate(connection, origins)
        assert found["kendall_tau"] == pytest.approx(tau, abs=0.1)
        assert found["dependence"] == found["estimated_dependence"] > 0
        assert found["dependence_reason"].startswith("Dependent")

    figures = {
        method: (low <= mean <= high, excess, error)
        for method, low, mean, high, excess, error in connection.sql(
            "select method, conversion_rate_low, mean_probability, conversion_rate_high,"
            " log_loss_excess, log_loss_excess_standard_error"
            " from account_evaluation where scope = 'several_leads'"
        ).fetchall()
    }
    assert [figures[method][0] for method in ("independent", "dependent", "max")] == [0, 1, 0]
    _, excess, error = figures["dependent"]
    assert excess < -3 * error


def test_independent_colleagues_stay_independent(accounts):
    """By chance, one world in forty or so is taken for a dependent one."""
    worlds = (world(500, 0, seed=seed) for seed in range(8))
    found = [estimate(accounts.run(moments), "all")["dependence"] for moments in worlds]
    assert sum(v > 0 for v in found) <= 1


def test_moments_that_tell_the_same_are_no_more_evidence(accounts):
    once = estimate(accounts.run(world(800, 1.0)), "all")
    often = estimate(accounts.run(world(800, 1.0, moments=5)), "all")
    assert often["kendall_tau"] == once["kendall_tau"]
    ratio = once["gain"] / once["gain_standard_error"]
    assert often["gain"] / often["gain_standard_error"] == pytest.approx(ratio)


def test_of_too_few_accounts_that_converted_nothing_is_estimated(accounts):
    enough = [Moment(str(i), [0.1, 0.1], [True, True], OLDER) for i in range(40)]
    rest = [Moment(str(i), [0.1, 0.1], [False, False], OLDER) for i in range(40, 400)]
    assert estimate(accounts.run(enough + rest), "all")["dependence"] > 0
    refused = estimate(accounts.run(enough[1:] + rest), "all")
    assert refused["dependence"] == 0
    assert "39" in refused["dependence_reason"] and "40" in refused["dependence_reason"]


def test_without_an_older_origin_nothing_is_estimated_to_be_tested(accounts):
    connection = accounts.run(world(1000, 4.0, origins=[NEWEST]))
    assert estimate(connection, "all")["dependence"] > 0
    assert estimate(connection, "older")["dependence"] == 0


def test_the_figures_are_those_of_counting_by_hand(accounts):
    moments = world(300, 2.0, seed=5)
    # Ties: a bin holds all of a probability, or none.
    moments += [Moment(f"tied {i}", [0.1], [i % 9 == 0]) for i in range(60)]
    connection = accounts.run(moments)
    tested = [moment for moment in moments if moment.origin_at == NEWEST]
    several = [moment for moment in tested if len(moment.labels) > 1]

    for scope, rows in (("all", tested), ("several_leads", several)):
        label = np.array([any(moment.labels) for moment in rows])
        for method, chance in (
            ("independent", [1 - np.prod(1 - np.array(m.probabilities)) for m in rows]),
            ("max", [max(m.probabilities) for m in rows]),
        ):
            (figures,) = connection.sql(
                "select count_moments, count_conversions, mean_probability, log_loss,"
                " conversion_rate_low, conversion_rate_high, mean_lead_probability,"
                " lead_conversion_rate from account_evaluation"
                f" where scope = '{scope}' and method = '{method}'"
            ).fetchall()
            # Here an account has one moment at the newest origin: its moments are independent.
            interval = binomtest(int(label.sum()), len(label)).proportion_ci(method="wilson")
            expected = (
                len(label),
                label.sum(),
                np.mean(chance),
                log_loss(label, np.round(chance, 12)),
                interval.low,
                interval.high,
                np.concatenate([moment.probabilities for moment in rows]).mean(),
                np.concatenate([moment.labels for moment in rows]).mean(),
            )
            assert figures == pytest.approx(expected, rel=1e-9)

            order = np.sort(np.round(chance, 12))
            middle = (
                np.searchsorted(order, np.round(chance, 12), "left")
                + np.searchsorted(order, np.round(chance, 12), "right")
                - 1
            ) / 2
            bins = 1 + np.floor(middle * 10 / len(order)).astype(int)
            told = connection.sql(
                "select bin, count_moments, count_conversions, mean_probability"
                f" from account_calibration where scope = '{scope}' and method = '{method}'"
                " order by bin"
            ).fetchall()
            assert [row[0] for row in told] == sorted(set(bins))
            for number, *row in told:
                inside = bins == number
                assert row == pytest.approx(
                    [inside.sum(), label[inside].sum(), np.array(chance)[inside].mean()], rel=1e-9
                )
