"""Awkward logs: finite numbers or one sentence, whatever the log."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.diagnostics.cycles import cycles
from ranking.diagnostics.fit import compare_tie_models
from ranking.diagnostics.fragility import fragility
from ranking.diagnostics.intransitivity import intransitivity
from ranking.diagnostics.validation import cross_validation
from ranking.errors import RankingError
from ranking.outcomes import BOTH_BAD, SOFT
from ranking.tally import SCORE, Games


@st.composite
def awkward(draw) -> Games:
    """Draw a small log with both-bad, soft outcomes, weights, counts, items or groups apart."""
    m, n = draw(st.integers(2, 6)), draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    codes = draw(st.sampled_from([[0, 2], [0, 1, 2], [1], [0, 1, 2, BOTH_BAD], [0, 2, SOFT]]))
    first = rng.integers(m, size=n)
    outcome = rng.choice(codes, n)
    return Games(
        tuple("ABCDEF"[:m]),
        first,
        (first + rng.integers(1, m, size=n)) % m,
        outcome,
        np.where(outcome == SOFT, rng.random(n), SCORE[outcome]),
        rng.integers(1, draw(st.sampled_from([2, 6])), n).astype(float),
        rng.choice(draw(st.sampled_from([[1.0], [0.5, 1.0, 3.0]])), n),
        rng.integers(-1, 4, n) if draw(st.booleans()) else np.full(n, -1),
        np.full(n, -1),
        np.full(n, np.nan),
    )


def said(examine: Callable[[], object]) -> object:
    """Return what is found, or None where it is refused in one sentence."""
    try:
        return examine()
    except RankingError as error:
        assert str(error).endswith(".")
        return None


@pytest.mark.parametrize("both_bad", ["tie", "drop"])
@given(awkward())
def test_numbers_are_finite_or_refused_in_a_sentence(both_bad, games) -> None:
    """Fit, cycles, fragility and validation give NaN only where it is documented."""
    for model in said(lambda: compare_tie_models(games, both_bad=both_bad)) or ():
        numbers = (model.deviance, model.pearson, model.miss, model.log_loss, model.aic, model.bic)
        assert np.isfinite(numbers).all()
        assert np.isfinite(model.residuals.studentised).all()
        assert np.isnan(model.p_value) == (model.df == 0)
        assert model.sentence.endswith(".")
    pairs = games.tally().pairs(both_bad=both_bad)
    found = said(lambda: intransitivity(pairs, replicates=39))
    if found is not None:
        assert np.isnan(found.share) == (found.df == 0)
        cycles(pairs, games.competitors)
    swap = said(lambda: fragility(games, both_bad=both_bad))
    if swap is not None:
        assert swap.confirmed == np.isfinite(swap.votes)
        assert 0 < swap.votes <= swap.comparisons or not swap.confirmed
        assert swap.sentence.endswith(".")
    validation = said(lambda: cross_validation(games, folds=2, both_bad=both_bad))
    if validation is not None:
        assert np.isfinite([validation.log_loss, validation.std_error]).all()
