"""Self-preference: whether the judge of a comparison is of a competitor's family."""

from collections.abc import Mapping

import numpy as np

from ranking.errors import InputError
from ranking.tally import Floats, Games


def own_family(
    judges: Mapping[int, tuple[str, str | None]], games: Games, families: Mapping[str, str]
) -> Floats:
    """Return 1 where the judge is of the family of `first` only, -1 of `second` only, else 0.

    Parameters
    ----------
    judges : mapping of int to (str, str or None)
        Name and family of each judge, by its code.
    games : Games
        The comparisons.
    families : mapping of str to str
        Family of a competitor or judge. Elsewhere the family of a judge is the imported one or its
        own name, and a competitor is of the family that its name is, or begins with ("gpt" for
        "gpt-4o", but not for "gptq").

    Returns
    -------
    float array of shape (n,)
        NaN where the judge is not known.

    Raises
    ------
    InputError
        If no judge is of a competitor's family.
    """
    of_judge = {
        code: _plain(families.get(name) or family or name)
        for code, (name, family) in judges.items()
    }
    number = {family: at for at, family in enumerate(dict.fromkeys(of_judge.values()))}
    belongs = np.zeros((len(number) + 1, len(games.competitors)), bool)
    for at, competitor in enumerate(games.competitors):
        stated = families.get(competitor)
        own = [_plain(stated)] if stated else _beginnings(_plain(competitor))
        belongs[[number[family] for family in own if family in number], at] = True
    used = np.flatnonzero(belongs.any(axis=1))
    known = games.judge >= 0
    if known.any() and not len(used):
        raise InputError(
            "No judge is of the family of a competitor, so that there is no self-preference to "
            "estimate; import the column of families with judge_family=COLUMN, or name them in "
            "the setting families."
        )
    # The last row of `belongs` is for judges that are of nobody's family.
    family = np.full(int(games.judge.max(initial=-1)) + 2, len(number))
    for code, name in of_judge.items():
        if code < len(family) - 1:
            family[code] = number[name]
    of_row = family[games.judge]
    values = belongs[of_row, games.first] * 1.0 - belongs[of_row, games.second]
    return np.where(known, values, np.nan)


def _beginnings(name: str) -> list[str]:
    """Return a name and its beginnings, cut where neither a word nor a number is cut in two."""

    def whole(at: int) -> bool:
        pair = name[at - 1], name[at]
        return not (all(map(str.isalpha, pair)) or all(map(str.isdigit, pair)))

    return [name, *(name[:at] for at in range(1, len(name)) if whole(at))]


def _plain(name: str) -> str:
    return name.strip().casefold()
