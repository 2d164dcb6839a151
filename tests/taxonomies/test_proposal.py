"""Taxonomies proposed from texts: what they hold, and what may not change them."""

import random
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from ranking.errors import CancelledError, InputError
from ranking.progress import Watch
from ranking.taxonomies.proposal import ProposalSettings, propose
from ranking.taxonomies.text_clusters import clusters, latent
from ranking.taxonomies.text_terms import text_terms
from ranking.taxonomies.topic_names import distinctive_terms

TOPICS = {
    "cooking": "soup onion pepper simmer oven butter flour recipe garlic roast",
    "astronomy": "orbit comet telescope galaxy planet eclipse nebula stellar lunar solar",
    "law": "contract clause court appeal verdict statute liability counsel tribunal plaintiff",
    "sailing": "mast rudder harbour tide anchor keel hull breeze jib deck",
}
CHINESE = {
    "weather": "今天天气预报下雨气温升高台风暴雨晴朗多云",
    "finance": "股票市场投资银行利率基金债券收益风险贷款",
}
EXACT = 1e-12


def texts_of(topics=TOPICS, each=40, words=6, seed=0):
    """Texts of some topics, and the topic of each."""
    draw = random.Random(seed)
    made = [
        (" ".join(draw.sample(vocabulary.split(), words)), topic)
        for topic, vocabulary in topics.items()
        for _ in range(each)
    ]
    draw.shuffle(made)
    return [text for text, _ in made], [topic for _, topic in made]


def groups_of(proposal, texts):
    """Return each leaf as a set of texts."""
    tree = proposal.taxonomy
    return {
        frozenset(texts[item] for item in tree.tag_item[tree.tag_node == node].tolist())
        for node in set(tree.tag_node.tolist())
    }


def test_planted_topics_are_found_and_named_by_their_words() -> None:
    """Each topic is one node of the first level, called by three of its own words."""
    texts, topic = texts_of()
    found = propose(texts, ProposalSettings(levels=1)).taxonomy
    assert len(found) == 1 + len(TOPICS) and found.tag_item.tolist() != sorted(found.tag_item)
    for node in range(1, len(found)):
        items = found.tag_item[found.tag_node == node].tolist()
        (own,) = {topic[item] for item in items}
        assert set(found.names[node].split(", ")) <= set(TOPICS[own].split())
        assert len(found.names[node].split(", ")) == 3


def test_the_order_of_texts_changes_nothing() -> None:
    """The same texts in another order are grouped and named the same."""
    texts, _ = texts_of(words=5)
    one = propose(texts)
    other = propose(texts[::-1])
    assert one.taxonomy.keys == other.taxonomy.keys
    assert groups_of(one, texts) == groups_of(other, texts[::-1])


def test_the_same_seed_proposes_the_same() -> None:
    """Twice the same call, the same tree and the same tags."""
    texts, _ = texts_of(words=4)
    one, other = (propose(texts, ProposalSettings(seed=3)).taxonomy for _ in range(2))
    assert one.keys == other.keys
    np.testing.assert_array_equal(one.tag_node, other.tag_node)


def test_limits_are_kept() -> None:
    """No node is smaller, deeper or has more children than asked; children share out the parent."""
    texts, _ = texts_of(each=100, words=3)
    how = ProposalSettings(smallest=12, levels=2, children=3)
    tree = propose(texts, how).taxonomy
    assert tree.depth.max() == 2
    assert tree.sizes.min() >= 12
    assert max(map(len, tree.children)) <= 3
    for node, below in enumerate(tree.children):
        if len(below):
            assert tree.sizes[below].sum() == tree.sizes[node]
    assert len(set(tree.keys)) == len(tree)


def test_scripts_without_spaces_are_read_by_pairs_of_characters() -> None:
    """Chinese texts part into their topics, named by their own characters."""
    draw = random.Random(1)
    texts, topic = [], []
    for name, text in CHINESE.items():
        pieces = [a + b for a, b in pairwise(text)][::2]
        for _ in range(40):
            texts.append("".join(draw.sample(pieces, 5)))
            topic.append(name)
    tree = propose(texts, ProposalSettings(levels=1, children=2)).taxonomy
    assert len(tree) == 3
    for node in (1, 2):
        (own,) = {topic[item] for item in tree.tag_item[tree.tag_node == node].tolist()}
        assert any(term in CHINESE[own] for term in tree.names[node].split(", "))


def test_texts_that_say_nothing_are_left_out_and_counted() -> None:
    """Empty texts, and words that no other text has, get no tag."""
    texts, _ = texts_of()
    found = propose([*texts, "", "   ", "unheardof", "the of and"])
    assert found.unplaced == 4
    assert found.taxonomy.items == len(texts) + 4
    assert found.taxonomy.sizes[0] == len(texts)


def test_texts_without_groups_are_refused() -> None:
    """Words drawn at random make no taxonomy, and the message says what to do."""
    draw = random.Random(2)
    words = [f"w{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
    texts = [" ".join(draw.sample(words, 40)) for _ in range(300)]
    with pytest.raises(InputError, match="do not part into groups of at least 20"):
        propose(texts)


def test_too_few_texts_are_refused() -> None:
    """Two nodes need twice the smallest size."""
    texts, _ = texts_of(each=9)
    with pytest.raises(InputError, match=r"36 texts share terms .* takes 40"):
        propose(texts)
    with pytest.raises(InputError, match="0 texts share terms"):
        propose(["", "one"])


@pytest.mark.parametrize("setting", ["smallest", "levels", "children", "components", "seed"])
def test_impossible_settings_are_refused(setting) -> None:
    """Each setting has a least value, which the message names."""
    with pytest.raises(InputError, match=f"`{setting}` must be at least"):
        ProposalSettings(**{setting: -1})


def test_the_work_can_be_stopped_and_says_how_far_it_is() -> None:
    """Progress grows from 0 to 1; a cancelled proposal ends in CancelledError."""
    texts, _ = texts_of(words=4)
    told: list[float] = []
    propose(texts, watch=Watch(lambda share, what: told.append(share)))
    assert told == sorted(told) and told[0] == 0.0 and 0.2 < told[-1] <= 1.0
    with pytest.raises(CancelledError):
        propose(texts, watch=Watch(cancelled=lambda: len(told) > 0))


def test_terms_of_a_text() -> None:
    """Words in lower case with their pairs; no numbers, no stop words; "c++" stays whole."""
    found = text_terms(["The C++ compiler, 2024", "a c++ COMPILER", "zebra", "zebra"])
    assert found is not None
    assert found.terms == ("c++", "c++ compiler", "compiler", "zebra")
    np.testing.assert_array_equal(found.held.toarray()[0], [1, 1, 1, 0])


def test_names_are_log_odds_in_standard_errors() -> None:
    """The ranking of terms equals one computed by hand from the two-by-two tables."""
    texts = ["apple red", "apple red", "apple blue", "pear blue", "pear red", "pear blue"]
    found = text_terms(texts)
    assert found is not None
    named = distinctive_terms(found, [np.arange(3), np.arange(3, 6)])

    def score(a, b, c, d):
        a, b, c, d = (each + 0.5 for each in (a, b, c, d))
        return np.log(a * d / (b * c)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)

    # apple: 3 of 3 against 0 of 3; red: 2 of 3 against 1 of 3.
    assert score(3, 0, 0, 3) > score(2, 1, 1, 2) > 0
    assert named[0][0] == "apple red" or named[0][0] == "apple"
    assert named[1][0].startswith("pear")


def test_what_the_nodes_above_are_called_is_not_said_again() -> None:
    """Words of names above are left out of a name."""
    found = text_terms(["red apple", "red apple", "red pear", "red pear"] * 3)
    assert found is not None
    groups = [np.flatnonzero(np.arange(12) % 4 < 2), np.flatnonzero(np.arange(12) % 4 >= 2)]
    assert distinctive_terms(found, groups, apart_from=("red",)) == [("apple",), ("pear",)]


def test_well_separated_groups_are_counted_right() -> None:
    """Three blobs on the sphere are three groups; small ones join the nearest."""
    rng = np.random.default_rng(0)
    centres = np.eye(3, 8)
    rows = np.repeat(centres, 50, axis=0) + 0.05 * rng.normal(size=(150, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    label, apart = clusters(rows, smallest=20, most=8, seed=0)
    assert [len(set(label[50 * k : 50 * k + 50].tolist())) for k in range(3)] == [1, 1, 1]
    assert len(set(label.tolist())) == 3
    assert apart == pytest.approx(silhouette_score(rows, label, metric="cosine"))
    dissolved, _ = clusters(rows, smallest=60, most=8, seed=0)
    assert np.bincount(dissolved)[np.unique(dissolved)].min() >= 60


def test_latent_rows_have_length_one() -> None:
    """Rows are unit vectors, zeros where a text shares no term."""
    found = text_terms(["red apple", "red apple", "blue pear", "blue pear", ""])
    assert found is not None
    rows = latent(found.counts, components=3, seed=0)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 1, 0], atol=EXACT)


def test_a_slash_in_a_text_makes_no_level() -> None:
    """Names hold no slash, so that keys have as many levels as the tree."""
    texts, _ = texts_of({"a": "and/or tcp/ip i/o read/write on/off", "b": TOPICS["law"]}, words=4)
    tree = propose(texts).taxonomy
    for key, depth in zip(tree.keys[1:], tree.depth[1:], strict=True):
        assert key.count("/") == depth - 1
