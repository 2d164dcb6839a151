"""Discs against closed forms, published games, and logs with a known truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from ranking.diagnostics.discs import cyclic_part, skew_discs
from ranking.diagnostics.intransitivity import hodge
from ranking.newton import fit_strengths
from tests.diagnostics.logs import disc_tally, drawn_tally
from tests.equilibria.games import CYCLE, LADDER

EXACT = 1e-9


def skew_of(entries, m) -> np.ndarray:
    """Return the skew matrix with these entries above its diagonal."""
    matrix = np.zeros((m, m))
    matrix[np.triu_indices(m, 1)] = entries
    return matrix - matrix.T


def split(margin):
    """Split complete margins of equal weight into strengths and the rest."""
    first, second = np.triu_indices(len(margin), 1)
    return hodge(len(margin), first, second, margin[first, second], np.ones(len(first)))


def matrices(most=7):
    """Draw skew matrices, many with equal and zero entries."""
    entries = st.one_of(st.integers(-2, 2).map(float), st.floats(-3, 3, width=32))
    return st.integers(2, most).flatmap(
        lambda m: st.lists(entries, min_size=m * (m - 1) // 2, max_size=m * (m - 1) // 2).map(
            lambda values: skew_of(values, m)
        )
    )


def test_a_published_cycle_is_one_disc() -> None:
    """T3: rock, paper, scissors at log-odds of 4.6 has strength 4.6 sqrt 3, evenly round."""
    (disc,) = skew_discs(4.6 * CYCLE)
    assert disc.strength == pytest.approx(7.967434, abs=1e-6)
    assert disc.share == pytest.approx(1)
    radius = np.hypot(*disc.coordinates.T)
    np.testing.assert_allclose(radius, radius[0], atol=EXACT)
    np.testing.assert_allclose(disc.coordinates.sum(axis=0), 0, atol=EXACT)
    assert disc.largest == pytest.approx(4.6)


@pytest.mark.parametrize("ladder", [0, 0.25, 0.5, 1, 2])
def test_a_cycle_on_a_ladder(ladder) -> None:
    """T4: strengths e (1, 0, -1) and a cyclic share of 6 / (6 + 12 e^2)."""
    margin = CYCLE + ladder * LADDER
    strength, rest = split(margin)
    np.testing.assert_allclose(strength, [ladder, 0, -ladder], atol=EXACT)
    np.testing.assert_allclose(strength, margin.mean(axis=1), atol=EXACT)
    upper = margin[np.triu_indices(3, 1)]
    assert (rest**2).sum() / (upper**2).sum() == pytest.approx(6 / (6 + 12 * ladder**2))
    np.testing.assert_allclose(skew_of(rest, 3), CYCLE, atol=EXACT)


@given(matrices())
def test_discs_add_up_to_the_matrix(matrix) -> None:
    """The sum of the discs' matrices is the matrix; shares fall and add up to 1."""
    discs = skew_discs(matrix)
    total = sum((disc.matrix for disc in discs), np.zeros_like(matrix))
    np.testing.assert_allclose(total, matrix, atol=1e-9)
    shares = [disc.share for disc in discs]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1 if matrix.any() else 0)
    for disc in discs:
        assert disc.coordinates[:, 0].max() >= np.hypot(*disc.coordinates.T).max() - 1e-8
        assert (disc.matrix**2).sum() == pytest.approx(2 * disc.strength**2)


@given(matrices())
def test_strengths_are_those_of_the_real_schur_form(matrix) -> None:
    """An independent decomposition: the 2x2 blocks of scipy's real Schur form."""
    form = linalg.schur(matrix, output="real")[0]
    blocks = np.sort(np.abs(np.diag(form, 1)))[::-1]
    strengths = np.array([disc.strength for disc in skew_discs(matrix)])
    np.testing.assert_allclose(blocks[: len(strengths)], strengths, atol=1e-8)
    np.testing.assert_allclose(blocks[len(strengths) :], 0, atol=1e-8)


def test_relabelling_moves_the_points_along() -> None:
    """The discs of relabelled competitors hold the same points, mirrored and turned nowhere."""
    matrix = skew_of(np.random.default_rng(1).normal(size=21), 7)
    order = np.array([3, 6, 0, 5, 1, 4, 2])
    for disc, moved in zip(skew_discs(matrix), skew_discs(matrix[order][:, order]), strict=True):
        np.testing.assert_allclose(moved.coordinates, disc.coordinates[order], atol=1e-9)


def test_no_matrix_no_disc() -> None:
    """Where nothing is cyclic there is no disc."""
    assert skew_discs(np.zeros((4, 4))) == ()
    np.testing.assert_allclose(split(LADDER)[1], 0, atol=EXACT)


@pytest.mark.parametrize(("m", "n"), [(8, 6), (12, 60)])
def test_chance_is_not_shown(m, n) -> None:
    """True strengths alone: a disc is shown in about one log of twenty, and hardly ever two."""
    found = []
    for seed in range(40):
        pairs = drawn_tally(m, n, seed=seed).pairs()
        part = cyclic_part(pairs, fit_strengths(pairs)[0], replicates=79, seed=seed)
        found.append(len(part.discs))
    assert sum(count > 0 for count in found) <= 6
    assert max(found) <= 1


def test_a_planted_disc_is_found_where_it_lies() -> None:
    """Twelve competitors evenly round a circle: one disc, its angles the true ones."""
    tally, truth = disc_tally(12, 400, reach=0.5)
    pairs = tally.pairs()
    part = cyclic_part(pairs, fit_strengths(pairs)[0])
    (disc,) = part.discs
    assert disc.p_value < 0.01
    assert disc.strength > part.noise
    assert disc.largest == pytest.approx(0.5, rel=0.25)
    assert np.corrcoef(disc.matrix.ravel(), truth.ravel())[0, 1] > 0.97
    assert part.spread == pytest.approx(0.5 / np.sqrt(2), rel=0.2)


def test_comparisons_that_depend_on_each_other_count_for_less() -> None:
    """Under a scale of 20 the same disc is no more than chance makes."""
    pairs = disc_tally(12, 100, reach=0.4)[0].pairs()
    strength = fit_strengths(pairs)[0]
    assert cyclic_part(pairs, strength).discs
    assert not cyclic_part(pairs, strength, scale=20).discs


def test_pairs_that_never_met_hold_nothing() -> None:
    """The residual is skew, finite, and 0 where two never met."""
    tally, _ = disc_tally(9, 100, reach=0.5)
    tally = tally.take((tally.first + tally.second) % 4 != 1)
    pairs = tally.pairs()
    part = cyclic_part(pairs, fit_strengths(pairs)[0])
    met = np.zeros((9, 9), bool)
    met[pairs.first, pairs.second] = met[pairs.second, pairs.first] = True
    np.testing.assert_array_equal(part.residual, -part.residual.T)
    assert (part.residual[~met] == 0).all()
    assert (part.residual[met] != 0).all()
