"""Finding the nodes of a taxonomy by what people call them, and listing those below one."""

from difflib import get_close_matches

from ranking.errors import SelectionError
from ranking.taxonomies.taxonomy import Taxonomy

_SEPARATORS = ("/", ">")
_LONGEST = 80


def key_of(taxonomy: Taxonomy, text: str) -> str:
    """Return the key of the node that is meant.

    Parameters
    ----------
    text : str
        Its key; the names that lead to it, separated by "/" or ">"; or its name, where only one
        node has it. Nothing, or "/", is the root.

    Raises
    ------
    SelectionError
        If there is no such node, or more than one; the message names what comes close.
    """
    text = text if text in taxonomy.keys else text.strip()
    if text in taxonomy.keys:
        return text
    if not text.strip("/> ") and text not in taxonomy.names[1:]:
        return taxonomy.keys[0]
    key = _by_path(taxonomy, text)
    if key is not None:
        return key
    same = [at for at, name in enumerate(taxonomy.names) if name.casefold() == text.casefold()]
    if len(same) == 1:
        return taxonomy.keys[same[0]]
    if same:
        known = ", ".join(repr(taxonomy.keys[at]) for at in same[:5])
        raise SelectionError(
            f"There are {len(same)} capabilities called {text[:_LONGEST]!r}; name one by its key: "
            f"{known}."
        )
    close = get_close_matches(
        text, list(dict.fromkeys([*taxonomy.keys[1:], *taxonomy.names[1:]])), n=3
    )
    meant = f" Did you mean {' or '.join(repr(one[:_LONGEST]) for one in close)}?" if close else ""
    raise SelectionError(f"There is no capability {text[:_LONGEST]!r}.{meant}")


def _by_path(taxonomy: Taxonomy, text: str) -> str | None:
    """Return the key of the node whose names lead to it as a text says, None where none does.

    Names may hold separators themselves, so that whole paths are compared: as they are, then
    without blanks and empty names.
    """
    for separator in _SEPARATORS:
        for between in (separator, f" {separator} "):
            for at in range(1, len(taxonomy)):
                if text.endswith(taxonomy.names[at]) and text == between.join(taxonomy.path(at)):
                    return taxonomy.keys[at]
    for separator in _SEPARATORS:
        path = _joined(text, separator)
        if path and path in taxonomy.keys:
            return path
        for at in range(1, len(taxonomy)):
            name = _joined(taxonomy.names[at], separator)
            if path.endswith(name) and path == _joined(
                separator.join(taxonomy.path(at)), separator
            ):
                return taxonomy.keys[at]
    return None


def _joined(path: str, separator: str) -> str:
    """Return a path without blanks around its names, and without empty ones."""
    return separator.join(level.strip() for level in path.split(separator) if level.strip())


def found_by(taxonomy: Taxonomy, search: str) -> list[int]:
    """Return the nodes whose name or key holds all words of a search, upper ones first."""
    words = search.casefold().split()
    found = [
        at
        for at, (key, name) in enumerate(zip(taxonomy.keys, taxonomy.names, strict=True))
        if at and all(word in f"{name} {key}".casefold() for word in words)
    ]
    return sorted(found, key=lambda at: (int(taxonomy.depth[at]), at))


def nodes_below(taxonomy: Taxonomy, key: str, levels: int) -> list[int]:
    """Return the nodes of some levels below one, each followed by its children."""
    found: list[int] = []
    waiting = [(at, 1) for at in reversed(taxonomy.children[taxonomy.position(key)].tolist())]
    while waiting:
        at, level = waiting.pop()
        found.append(at)
        if level < levels:
            waiting += [(child, level + 1) for child in reversed(taxonomy.children[at].tolist())]
    return found
