"""Games from logs: shrunken win rates, clones that move nothing, and what cannot be rated."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import betabinom

from ranking.capabilities import pooled_strengths
from ranking.equilibria.log_clones import merge_clones
from ranking.equilibria.shrinkage import (
    MOST_SHRINKAGE,
    dispersion,
    fitted_shrinkage,
    leverages,
)
from ranking.equilibria.task_log import TaskLog, task_entries
from ranking.equilibria.win_rates import log_game
from ranking.errors import DisconnectedWarning, InputError
from tests.conftest import make_games
from tests.equilibria.logs import (
    relabelled,
    reordered,
    simulated,
    task_log,
    with_clones,
    with_repeated_task,
    with_sides_swapped,
)

EXACT = 1e-9


def win_rates(built):
    return (built.game.margin + 1) / 2


def raw(log, shape):
    """The raw win rates of the cells that hold data, and which these are."""
    cells = task_entries(log).summed()
    rates = np.full(shape, np.nan)
    rates[cells.task, cells.first, cells.second] = cells.share
    return rates, np.isfinite(rates)


@pytest.mark.parametrize(
    "truth",
    [
        {},
        {"shrinkage": np.inf},
        {"comparisons": 1.0},
        {"comparisons": 30.0},
        {"ties": 0.35},
        {"spread": 0.0, "shrinkage": np.inf},
    ],
)
def test_win_rates_come_nearer_to_the_truth_than_raw_ones(truth) -> None:
    """In simulations the error is at most three quarters of that of raw rates, often a third."""
    errors = []
    for seed in range(3):
        log, rate = simulated(seed, **truth)
        measured, held = raw(log, rate.shape)
        found = win_rates(log_game(log))
        errors.append((np.abs(measured - rate)[held] ** 2, np.abs(found - rate)[held] ** 2))
    mse_raw, mse = (np.concatenate(own).mean() for own in zip(*errors, strict=True))
    assert np.sqrt(mse) < 0.75 * np.sqrt(mse_raw)


def test_one_comparison_per_cell_separates_nobody_completely() -> None:
    """Raw rates of single comparisons have margins of 1 everywhere; shrunken ones the true size."""
    log, rate = simulated(1, comparisons=1.0, empty=0.5)
    measured, held = raw(log, rate.shape)
    found = log_game(log)
    size = np.abs(2 * rate - 1)[held].mean()
    assert np.abs(2 * measured - 1)[held].mean() > size + 0.3
    assert np.abs(found.game.margin)[held].mean() == pytest.approx(size, abs=0.1)


def test_a_star_graph_is_filled_from_the_strengths() -> None:
    """Where all met one opponent only, pairs that never met get rates near the truth."""
    log, rate = simulated(2, star=True, comparisons=40.0, empty=0.0, shrinkage=np.inf, spread=0.2)
    found = log_game(log)
    never = np.triu(np.ones(rate.shape[1:], bool), 1)
    never[0] = False
    error = (win_rates(found) - rate)[:, never]
    assert np.sqrt((error**2).mean()) < 0.1
    assert found.data_share == pytest.approx(11 / 66, abs=0.01)


def test_the_formula_of_a_cell() -> None:
    """W = (s + kappa P) / (N + kappa), P = sigmoid(theta_ti - theta_tj), N by Kish."""
    log, _ = simulated(3, competitors=5, tasks=3)
    rng = np.random.default_rng(0)
    log = replace(log, games=replace(log.games, weight=rng.uniform(0.5, 2, len(log.games))))
    built = log_game(log, shrinkage=7.0, spread=0.3)
    cells = task_entries(log).summed()
    n = cells.weight**2 / cells.weight2
    phi = built.held.tasks.dispersion.competitor
    fit = pooled_strengths(
        5, 3, cells.task, cells.first, cells.second, n / phi, n / phi * cells.score / cells.weight,
        spread=0.3,
    )  # fmt: skip
    expected = expit(fit.own[:, :, None] - fit.own[:, None, :])
    for at in range(len(cells)):
        t, i, j = cells.task[at], cells.first[at], cells.second[at]
        p, s = expected[t, i, j], n[at] * cells.score[at] / cells.weight[at]
        expected[t, i, j] = (s + 7 * p) / (n[at] + 7)
        expected[t, j, i] = 1 - expected[t, i, j]
    np.testing.assert_allclose(win_rates(built), expected, atol=EXACT)
    assert (built.spread, built.shrinkage) == (0.3, 7.0)


def test_margins_are_exactly_antisymmetric() -> None:
    """To the last bit, in all three games, so that the game is exactly symmetric."""
    built = log_game(simulated(4, ties=0.2)[0])
    margin = built.game.margin
    np.testing.assert_array_equal(margin, -margin.transpose(0, 2, 1))
    np.testing.assert_array_equal(built.margins.margin, -built.margins.margin.T)
    np.testing.assert_array_equal(built.votes.margin, -built.votes.margin.T)


def test_votes_are_wins_less_losses() -> None:
    """Ties count for neither side; both-bad is a tie or is left out."""
    log = task_log([0, 0, 1, 0], [1, 1, 0, 1], [1, 1, 1, 0.5], [0, 0, 0, 0])
    assert log_game(log).votes.margin.tolist() == [[0, 1], [-1, 0]]


def test_one_task_is_the_game_of_competitors_alone() -> None:
    """Without tasks the game has one, with the margins of competitors alone."""
    built = log_game(TaskLog.single(simulated(5)[0].games))
    assert built.game.tasks == ("all comparisons",)
    np.testing.assert_array_equal(built.game.margin[0], built.margins.margin)
    assert built.spread == 0


def test_competitors_alone_do_not_depend_on_the_tasks() -> None:
    """Their margins and votes are those of the log without tasks."""
    log, _ = simulated(19, items=50)
    built, alone = log_game(log), log_game(TaskLog.single(log.games))
    np.testing.assert_allclose(built.margins.margin, alone.margins.margin, atol=EXACT)
    np.testing.assert_allclose(built.votes.margin, alone.votes.margin, atol=EXACT)


# ---------------------------------------------------------------- what is estimated


@pytest.mark.parametrize("kappa", [5.0, 20.0, 100.0])
def test_the_shrinkage_of_a_known_truth_is_found(kappa) -> None:
    """Within a factor of two, from a few hundred cells whose strengths had to be fitted too."""
    found = [
        log_game(simulated(seed, shrinkage=kappa, comparisons=30.0, empty=0.0)[0]).shrinkage
        for seed in range(4)
    ]
    assert kappa / 2 < np.exp(np.log(found).mean()) < 2 * kappa


def test_where_strengths_explain_everything_cells_add_little() -> None:
    """Without further scatter kappa is much larger than a cell's comparisons."""
    for seed in range(3):
        built = log_game(simulated(seed, shrinkage=np.inf, ties=0.3)[0])
        assert built.shrinkage > 10 * built.comparisons_per_cell


def test_cells_of_one_comparison_lean_on_the_strengths() -> None:
    """Single comparisons say nothing of the scatter; the prior then does without it."""
    i, j = np.triu_indices(12, 1)
    rng = np.random.default_rng(0)
    log = task_log(i, j, rng.integers(0, 2, len(i)), np.zeros(len(i), int))
    assert log_game(log).shrinkage > 50


def test_the_likelihood_of_kappa_is_that_of_scipy() -> None:
    """The maximum is where scipy's beta-binomial, and the prior, put it."""
    log, _ = simulated(6, competitors=8, tasks=4, comparisons=30.0, shrinkage=10.0)
    cells = task_entries(log).summed()
    fit = pooled_strengths(
        8, 4, cells.task, cells.first, cells.second, cells.weight, cells.score, spread=0.4
    )
    theta = fit.own
    fitted = expit(theta[cells.task, cells.first] - theta[cells.task, cells.second])
    n, s = cells.weight, cells.score
    h = leverages(cells, fit, n * fitted * (1 - fitted))
    p = np.clip(cells.share - (cells.share - fitted) / np.sqrt(1 - h), 1e-9, 1 - 1e-9)

    def value(kappa):
        return betabinom.logpmf(s, n, kappa * p, kappa * (1 - p)).sum() - 10 / (1 + kappa)

    found = fitted_shrinkage(cells, fit)
    assert 1 < found < MOST_SHRINKAGE
    assert value(found) >= max(value(found * 0.98), value(found * 1.02))


def test_leverages_are_the_response_of_a_fit_to_its_cell() -> None:
    """Against refitting with one cell's score moved a little."""
    log, _ = simulated(7, competitors=5, tasks=3, comparisons=20.0, empty=0.3)
    cells = task_entries(log).summed()

    def fit(score, spread):
        return pooled_strengths(
            5, 3, cells.task, cells.first, cells.second, cells.weight, score, spread=spread
        )

    for spread in (0.3, 0.0):
        base = fit(cells.score, spread)
        theta = base.own
        p = expit(theta[cells.task, cells.first] - theta[cells.task, cells.second])
        h = leverages(cells, base, cells.weight * p * (1 - p))
        for at in np.flatnonzero(cells.share != 0.5)[::5]:
            step = np.where(np.arange(len(cells)) == at, 1e-4 * np.sign(0.5 - cells.share), 0.0)
            moved = (fit(cells.score + step, spread).own - theta) / step[at]
            t, i, j = cells.task[at], cells.first[at], cells.second[at]
            response = (moved[t, i] - moved[t, j]) * cells.weight[at] * p[at] * (1 - p[at])
            assert h[at] == pytest.approx(response, rel=1e-3)


def test_leverages_sum_to_the_free_parameters_without_a_spread() -> None:
    """Their sum is m - 1 where one strength holds on all tasks."""
    log, _ = simulated(8, competitors=7, tasks=4, comparisons=20.0)
    cells = task_entries(log).summed()
    fit = pooled_strengths(
        7, 4, cells.task, cells.first, cells.second, cells.weight, cells.score, spread=0.0
    )
    theta = fit.own
    p = expit(theta[cells.task, cells.first] - theta[cells.task, cells.second])
    assert leverages(cells, fit, cells.weight * p * (1 - p)).sum() == pytest.approx(6)


def dispersion_of(log):
    places = task_entries(log)
    return dispersion(log.games, places, places.summed())


def test_ties_vary_less_than_wins_and_losses() -> None:
    """Exactly 1 without ties; with a share of ties among equals, 1 less that share."""
    assert dispersion_of(simulated(9)[0]).comparison == pytest.approx(1)
    rng = np.random.default_rng(1)
    n = 40_000
    score = np.where(rng.random(n) < 0.4, 0.5, rng.integers(0, 2, n))
    pair = rng.integers(0, 2, n)
    log = task_log(pair, pair + 1, score, rng.integers(0, 2000, n))
    assert dispersion_of(log).comparison == pytest.approx(0.6, abs=0.02)


def from_scores(seed, *, competitors=8, tasks=20, items=40):
    """Everybody answers every item, and each two are compared on it; no task is different."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=competitors)
    right = rng.random((competitors, tasks * items)) < expit(ability)[:, None]
    i, j = (np.repeat(at, tasks * items) for at in np.triu_indices(competitors, 1))
    item = np.tile(np.arange(tasks * items), competitors * (competitors - 1) // 2)
    score = (1 + right[i, item].astype(float) - right[j, item]) / 2
    return task_log(i, j, score, item // items, item=item)


def test_comparisons_derived_from_scores_are_no_independent_evidence() -> None:
    """One answer decides against all others: the design effect is half the competitors."""
    log = from_scores(0)
    phi = dispersion_of(log)
    assert phi.cell == pytest.approx(phi.comparison)
    assert phi.competitor / phi.comparison == pytest.approx(4, rel=0.1)
    unknown = replace(log, games=replace(log.games, item=np.full(len(log.games), -1)))
    assert dispersion_of(unknown).competitor == phi.comparison
    # Tasks that are all alike look different where answers are counted once per opponent.
    assert log_game(log).spread < 0.06 < log_game(unknown).spread


def test_repeated_verdicts_about_an_item_count_once() -> None:
    """Three copies of each comparison on its item leave tau, kappa's meaning and W as they were."""
    log, _ = simulated(18, comparisons=20.0, items=10**6)
    rows = np.repeat(np.arange(len(log.games)), 3)
    games = log.games.take(rows)
    thrice = replace(log, games=games, row=np.arange(len(rows)), task=log.task[rows])
    one, other = log_game(log), log_game(thrice)
    assert other.held.tasks.dispersion.cell == pytest.approx(
        3 * one.held.tasks.dispersion.cell, rel=0.02
    )
    assert other.spread == pytest.approx(one.spread, rel=0.05)
    assert other.shrinkage == pytest.approx(3 * one.shrinkage, rel=0.1)
    np.testing.assert_allclose(one.game.margin, other.game.margin, atol=0.02)


# ---------------------------------------------------------------- invariances


def same_game(one, other, competitors=None, tasks=None, atol=EXACT):
    """Check that the games agree in the competitors and tasks of the first."""
    c = [other.game.competitors.index(name) for name in one.game.competitors]
    t = [other.game.tasks.index(name) for name in one.game.tasks]
    for mine, theirs in [
        (one.game.margin, other.game.margin[np.ix_(t, c, c)]),
        (one.margins.margin, other.margins.margin[np.ix_(c, c)]),
        (one.votes.margin, other.votes.margin[np.ix_(c, c)]),
    ]:
        np.testing.assert_allclose(mine, theirs, atol=atol)
    for name in ("spread", "shrinkage", "data_share", "comparisons_per_cell"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=max(atol, 1e-12))


@pytest.mark.parametrize("competitor", [0, 5, 11])
def test_cloning_a_competitor_moves_nothing(competitor) -> None:
    """Exact clones are found in the log; everything else is the same to the last bit."""
    log, _ = simulated(10, items=40)
    base, cloned = log_game(log), log_game(with_clones(log, competitor, copies=3))
    same_game(base, cloned, atol=0)
    name = f"m{competitor}"
    assert cloned.competitor_clones == ((name, f"{name}+0", f"{name}+1", f"{name}+2"),)
    rows = cloned.game.competitor_rows
    np.testing.assert_array_equal(rows[competitor], rows[-1])


def test_repeating_a_task_moves_nothing() -> None:
    """Nor do seven copies of a task, with rows and items of their own."""
    log, _ = simulated(11, items=40)
    base, repeated = log_game(log), log_game(with_repeated_task(log, 2, copies=7))
    same_game(base, repeated, atol=0)
    assert repeated.task_clones == (("t2", *(f"t2+{k}" for k in range(7))),)


def test_both_at_once_move_nothing() -> None:
    """Clones of competitors and of tasks do not hide each other."""
    log, _ = simulated(12)
    attacked = with_clones(with_repeated_task(with_clones(log, 3), 1), 7)
    same_game(log_game(log), log_game(attacked), atol=0)


def test_declared_clones_are_one_competitor() -> None:
    """Their comparisons are pooled, also those with each other left out; order does not matter."""
    log, _ = simulated(13)
    built = log_game(log, declared=[["m2", "m5"]])
    games = log.games
    renamed = replace(
        games,
        first=np.where(games.first == 5, 2, games.first),
        second=np.where(games.second == 5, 2, games.second),
    )
    pooled = replace(log, games=renamed).take(renamed.first != renamed.second)
    expected = log_game(pooled)
    same_game(expected, built, atol=0)
    rows = built.game.competitor_rows
    np.testing.assert_array_equal(rows[2], rows[5])
    assert built.competitor_clones == (("m2", "m5"),)
    same_game(built, log_game(log, declared=[["m5", "m2"]]), atol=0)


def test_a_declared_clone_of_a_clone_joins_both() -> None:
    """Declarations and exact clones add up to one class."""
    log, _ = simulated(14, items=30)
    built = log_game(with_clones(log, 4, copies=1), declared=[["m4", "m6"], ["m4+0", "m6"]])
    assert built.competitor_clones == (("m4", "m6", "m4+0"),)


def test_competitors_that_tie_with_each_other_are_clones_too() -> None:
    """Copies that met and tied are equal; copies of which one won are not."""
    first, second = [0, 0, 1, 1, 2, 2, 0, 1], [2, 3, 2, 3, 3, 3, 1, 0]
    score = [1, 1, 1, 1, 1, 1, 0.5, 0.5]
    tied = task_log(first, second, score, [0] * 8)
    assert log_game(tied).competitor_clones == (("A", "B"),)
    won = task_log([*first, 0], [*second, 1], [*score, 1], [0] * 9)
    assert log_game(won).competitor_clones == ()


def test_equal_records_on_other_items_are_no_clones() -> None:
    """Two competitors may do equally well by chance; only the same comparisons make clones."""
    first, second, score = [0, 0, 1, 1, 2, 3], [2, 3, 2, 3, 3, 2], [1, 0, 1, 0, 1, 1]
    alike = task_log(first, second, score, [0] * 6, item=[0, 1, 0, 1, 2, 3])
    assert log_game(alike).competitor_clones == (("A", "B"),)
    chance = task_log(first, second, score, [0] * 6, item=[0, 1, 4, 5, 2, 3])
    assert log_game(chance).competitor_clones == ()


def test_two_competitors_that_tie_are_still_two() -> None:
    """Being even with each other does not make the only two competitors one."""
    built = log_game(task_log([0, 0], [1, 1], [1, 0], [0, 0]))
    assert built.game.competitors == ("A", "B")
    np.testing.assert_allclose(built.game.margin, 0, atol=1e-12)


def test_neither_order_nor_sides_nor_labels_matter() -> None:
    """Rows reordered, sides swapped, competitors relabelled: the same payoffs."""
    log, _ = simulated(15, ties=0.2)
    base, rng = log_game(log), np.random.default_rng(0)
    same_game(base, log_game(reordered(log, rng.permutation(len(log.games)))))
    same_game(base, log_game(with_sides_swapped(log, rng.random(len(log.games)) < 0.5)))
    # The estimate of kappa is found by a search, to 1e-6 of its logarithm.
    same_game(base, log_game(relabelled(log, rng.permutation(12))), atol=1e-5)


def test_weights_have_no_unit() -> None:
    """Multiplying all weights by a number changes nothing but the unit of the votes."""
    log, _ = simulated(16)
    heavy = replace(log, games=replace(log.games, weight=5 * log.games.weight))
    one, other = log_game(log), log_game(heavy)
    np.testing.assert_allclose(one.game.margin, other.game.margin, atol=EXACT)
    np.testing.assert_allclose(5 * one.votes.margin, other.votes.margin, atol=EXACT)


def test_a_row_of_many_votes_is_so_many_rows() -> None:
    """An aggregated log gives the same game as the log row by row."""
    log = task_log([0, 1, 0, 2], [1, 2, 2, 1], [1, 1, 0, 0.5], [0, 0, 1, 1], votes=[3, 2, 4, 1])
    rows = np.repeat(np.arange(4), [3, 2, 4, 1])
    games = replace(log.games.take(rows), votes=np.ones(10))
    expanded = replace(log, games=games, row=np.arange(10), task=log.task[rows])
    same_game(log_game(log), log_game(expanded))


# ---------------------------------------------------------------- what cannot be rated


def test_other_components_get_no_rating_and_a_note() -> None:
    """The largest group that met is the game; the others are named."""
    log = task_log([0, 1, 2, 3], [1, 2, 0, 4], [1, 1, 1, 1], [0, 0, 1, 0])
    built = log_game(log)
    assert built.game.competitors == ("A", "B", "C")
    assert built.rated.tolist() == [True, True, True, False, False]
    ((sentence, category),) = built.notes
    assert category is DisconnectedWarning
    assert sentence.startswith("2 of 5 competitors never met the largest group")
    assert sentence.endswith("D, E.")


def test_clones_do_not_make_a_component_large() -> None:
    """Which component is the game does not depend on how often its members are copied."""
    log = task_log([0, 1, 2, 3], [1, 2, 0, 4], [1, 1, 1, 1], [0, 0, 0, 0], item=[0, 1, 2, 3])
    assert log_game(with_clones(log, 3, copies=4)).game.competitors == ("A", "B", "C")


def test_comparisons_without_a_task_count_for_competitors_alone() -> None:
    """They are in the margins and votes, not in the game of tasks, and a note says so."""
    log = task_log([0, 1, 0, 0], [1, 2, 2, 1], [1, 1, 1, 0], [0, 0, 0, -1])
    built = log_game(log)
    assert built.votes.margin[0, 1] == 0
    assert any("1 of 4 comparisons belong to no task" in note for note, _ in built.notes)


def test_tasks_without_comparisons_are_left_out() -> None:
    """A task whose rows all vanish is not in the game, and is named."""
    log = task_log([0, 1, 0], [1, 2, 2], [1, 1, 1], [0, 0, 0], tasks=("kept", "empty"))
    built = log_game(log)
    assert built.game.tasks == ("kept",)
    assert any("empty" in note for note, _ in built.notes)


def test_nothing_to_rate_is_an_error() -> None:
    """No rows, only declared clones, or no row in a task."""
    log = task_log([0, 1, 0], [1, 2, 2], [1, 1, 1], [0, 0, 0])
    with pytest.raises(InputError, match="no comparisons to rate"):
        log_game(log.take(np.zeros(3, bool)))
    with pytest.raises(InputError, match="no comparisons to rate"):
        log_game(log, declared=[["A", "B", "C"]])
    with pytest.raises(InputError, match="Two competitors or more"):
        log_game(replace(log, row=log.row[:0], task=log.task[:0]))


def test_wrong_settings_are_refused() -> None:
    """Unknown clones, payoffs and shrinkages are named."""
    log = task_log([0, 1, 0], [1, 2, 2], [1, 1, 1], [0, 0, 0])
    with pytest.raises(InputError, match="'Z' is declared a clone"):
        log_game(log, declared=[["A", "Z"]])
    with pytest.raises(InputError, match="payoff must be wins or scores"):
        log_game(log, payoff="points")
    with pytest.raises(InputError, match="shrinkage must be 0 or"):
        log_game(log, shrinkage=-1.0)
    with pytest.raises(InputError, match="read without scores"):
        log_game(log, payoff="scores")


def test_games_too_large_to_solve_are_refused() -> None:
    """Too many competitors, or too many tasks for so many, before memory is filled."""
    n = 1600
    ring = np.arange(n)
    games = make_games(ring, (ring + 1) % n, np.ones(n), names=tuple(map(str, ring)))
    with pytest.raises(InputError, match="at most 1,500 competitors"):
        log_game(TaskLog.single(games))
    some = TaskLog.single(games.take(ring < 1000))
    many = replace(some, tasks=tuple(map(str, range(100))), task=some.row % 100)
    with pytest.raises(InputError, match="is too large"):
        log_game(many)


def test_an_undefeated_competitor_has_finite_payoffs() -> None:
    """Separation is held in by the prior of the strengths."""
    built = log_game(task_log([0, 0, 1], [1, 2, 2], [1, 1, 1], [0, 1, 0]))
    assert np.isfinite(built.game.margin).all()
    assert np.abs(built.game.margin).max() < 1


def test_merging_keeps_rows_of_the_first_clones_only() -> None:
    """What resampling draws from is the log as it was before it was copied."""
    log, _ = simulated(17, items=25)
    merged = merge_clones(with_repeated_task(with_clones(log, 2), 0))
    for name in ("first", "second", "score", "item"):
        np.testing.assert_array_equal(getattr(merged.log.games, name), getattr(log.games, name))
    np.testing.assert_array_equal(merged.log.task, log.task)
