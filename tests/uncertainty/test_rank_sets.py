"""Simultaneous rank sets, adjusted p-values and letters against published numbers and truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from ranking.methods import BradleyTerry
from ranking.uncertainty.multiplicity import _letter, compact_letters, holm
from ranking.uncertainty.rank_sets import rank_sets
from ranking.wording import tier_text
from tests.methods.test_bradley_terry import G1, tally_of

PUBLISHED = 1e-6
MONTE_CARLO = 0.01  # of a critical value at 200,000 draws


def test_rank_sets_of_a_worked_example() -> None:
    """G1: A 1-2, B 1-4, C and D 2-4; critical values 2.5717, then 2.5184."""
    board = BradleyTerry().rate(tally_of(G1))
    found = rank_sets(board.rating, board.covariance, draws=200_000)
    assert found.best.tolist() == [1, 1, 2, 2]
    assert found.worst.tolist() == [2, 4, 4, 4]
    np.testing.assert_allclose(found.critical, [2.5717, 2.5184], atol=MONTE_CARLO)


def test_rank_sets_hold_together_as_often_as_they_claim() -> None:
    """Twelve competitors within two points: all sets hold at once in at least 95% of logs."""
    rng = np.random.default_rng(2)
    m, errors = 12, 3.0
    truth = np.linspace(0, 2, m)
    rank = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    covariance = errors**2 * (np.eye(m) - 1 / m)
    held = 0
    for _ in range(300):
        noise = errors * rng.standard_normal(m)
        found = rank_sets(truth + noise - noise.mean(), covariance, draws=400)
        held += bool((found.best <= rank).all() and (rank <= found.worst).all())
    assert held / 300 >= 0.93


@given(st.integers(0, 1000))
def test_rank_sets_hold_the_point_ranks(seed) -> None:
    """A competitor's point rank lies in its set."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(2, 8))
    strength, root = rng.normal(size=m), rng.normal(size=(m, m))
    found = rank_sets(strength, root @ root.T * 0.1, draws=200, seed=seed)
    rank = 1 + (strength[None, :] > strength[:, None]).sum(axis=1)
    assert (found.best <= rank).all()
    assert (rank <= found.worst).all()


def test_holm_of_a_worked_example() -> None:
    """G1's six pair tests: published Holm p-values."""
    board = BradleyTerry().rate(tally_of(G1))
    v = board.covariance
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    z = [
        (board.rating[i] - board.rating[j]) / np.sqrt(v[i, i] + v[j, j] - 2 * v[i, j])
        for i, j in pairs
    ]
    p = 2 * norm.sf(np.abs(z))
    np.testing.assert_allclose(
        p, [0.052188, 0.007275, 0.000462, 0.307120, 0.054108, 0.374459], atol=PUBLISHED
    )
    np.testing.assert_allclose(
        holm(p), [0.208752, 0.036373, 0.002772, 0.614239, 0.208752, 0.614239], atol=5e-6
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p) -> None:
    """The same adjusted p-values, in the same order."""
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], atol=1e-12)


def symmetric(m, pairs):
    different = np.zeros((m, m), dtype=bool)
    for i, j in pairs:
        different[i, j] = different[j, i] = True
    return different


@pytest.mark.parametrize(
    ("m", "pairs", "letters"),
    [
        (4, [(0, 2), (0, 3)], ("a", "ab", "b", "b")),
        (5, [(0, 3), (0, 4), (1, 4)], ("a", "ab", "abc", "bc", "c")),
        (3, [], ("a", "a", "a")),
    ],
)
def test_letters_of_worked_examples(m, pairs, letters) -> None:
    """Published letters."""
    assert compact_letters(symmetric(m, pairs), range(m)) == letters


@given(st.integers(2, 7), st.data())
def test_sharing_a_letter_means_not_different(m, data) -> None:
    """Two competitors share a letter exactly where they are not significantly different."""
    pairs = data.draw(
        st.lists(st.sampled_from([(i, j) for i in range(m) for j in range(i + 1, m)]))
    )
    different = symmetric(m, pairs)
    letters = compact_letters(different, range(m))
    for i in range(m):
        for j in range(i + 1, m):
            assert bool(set(letters[i]) & set(letters[j])) != different[i, j]


def test_high_levels_do_not_rest_on_a_handful_of_draws() -> None:
    """At 99.99 % the critical value is Bonferroni's, and close to that of very many draws."""
    strength, covariance = np.zeros(20), np.eye(20)
    few = rank_sets(strength, covariance, level=0.9999).critical[0]
    many = rank_sets(strength, covariance, level=0.9999, draws=100_000).critical[0]
    assert few == pytest.approx(many, rel=0.02)


def test_letters_go_on_after_two() -> None:
    """After "(zz)" comes "(aaa)": a thousand groups have a thousand different names."""
    names = [_letter(number) for number in range(1000)]
    assert (names[25], names[26], names[701], names[702]) == ("z", "(aa)", "(zz)", "(aaa)")
    assert len(set(names)) == 1000
    assert tier_text("".join(names[700:704])) == "(zy)–(aab)"
