"""Terms of texts in any script, and how much each says about the text that holds it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

_MOST_TERMS = 20_000
_LONGEST = 4_000  # characters of a text that are read: what it asks for stands at its beginning
_COMMON = 0.5  # share of the texts beyond which a term says nothing
_RARE = 2  # texts that must hold a term
# Scripts that are written without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
)
_RUN = re.compile(rf"([{_UNSPACED}]+)")
_WORD = re.compile(r"[^\W_][^\W_+#]*(?:['’-][^\W_]+)*[+#]*")


@dataclass(frozen=True, eq=False)
class TextTerms:
    """Which terms each text holds.

    Attributes
    ----------
    terms : tuple of str, length V
        Words, pairs of neighbouring words, and pairs of neighbouring characters where words are
        not parted by spaces; alphabetical.
    counts : sparse int array of shape (n, V)
        How often.
    """

    terms: tuple[str, ...]
    counts: Any

    @cached_property
    def held(self) -> Any:
        """Whether a text holds a term: sparse, 0/1, shape (n, V)."""
        held = self.counts.copy()
        held.data[:] = 1
        return held


def text_terms(texts: Sequence[str]) -> TextTerms | None:
    """Find the terms of texts; None where no term occurs in two of them.

    Stop words of English, numbers, and terms in more than half of the texts are left out, and so
    are all but the 20,000 most frequent. Of a text, the first 4,000 characters are read.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    common = _COMMON if len(texts) * _COMMON >= _RARE else 1.0
    counter = CountVectorizer(
        analyzer=_Analyzer(), min_df=_RARE, max_df=common, max_features=_MOST_TERMS
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # what scikit-learn makes of texts without a term in common
        return None
    return TextTerms(tuple(counter.get_feature_names_out().tolist()), counts)


class _Analyzer:
    """Cuts a text into terms."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        self._stop = ENGLISH_STOP_WORDS

    def __call__(self, text: str) -> list[str]:
        found: list[str] = []
        for at, part in enumerate(_RUN.split(text[:_LONGEST].lower())):
            if at % 2:
                found += [part[i : i + 2] for i in range(max(len(part) - 1, 1))]
                continue
            words = [
                word
                for word in _WORD.findall(part)
                if len(word) > 1 and word not in self._stop and not word.isdecimal()
            ]
            found += words
            found += [f"{one} {next_}" for one, next_ in pairwise(words)]
        return found
