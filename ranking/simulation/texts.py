"""Texts of the simulated arenas: prompts, instructions, summaries of responses, feedback."""

import numpy as np

LANGUAGE_TASKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "coding/python/algorithms": (
        ("Write a Python function for {}", "Explain the running time of {}"),
        ("binary search", "merging sorted lists", "topological sorting", "edit distance",
         "a priority queue", "the knapsack problem", "cycle detection", "interval scheduling"),
    ),
    "coding/python/data analysis": (
        ("Use pandas to compute {}", "Show how to plot {}"),
        ("monthly averages", "a moving median", "missing values per column", "a pivot of sales",
         "the overlap of two tables", "outliers in a series", "a histogram by group"),
    ),
    "coding/python/debugging": (
        ("Find the mistake in a script that handles {}", "Why does this code fail on {}?"),
        ("empty lists", "time zones", "nested dictionaries", "large files", "recursion limits",
         "shared default arguments", "unicode file names"),
    ),
    "coding/web": (
        ("Build a small page with {}", "Fix the style sheet of {}"),
        ("a login form", "a sortable table", "a photo gallery", "a dark mode switch",
         "a progress bar", "a navigation menu", "a shopping basket"),
    ),
    "coding/sql": (
        ("Write a SQL query for {}", "Make this query faster: {}"),
        ("the newest order per customer", "running totals", "duplicate addresses",
         "a cohort table", "gaps in a sequence", "the top three per group"),
    ),
    "mathematics/algebra": (
        ("Solve a problem about {}", "Prove a statement about {}"),
        ("quadratic equations", "matrix inverses", "inequalities", "polynomial roots",
         "geometric series", "systems of equations"),
    ),
    "mathematics/calculus": (
        ("Explain {}", "Work through an exercise on {}"),
        ("the chain rule", "improper integrals", "Taylor series", "limits at infinity",
         "partial derivatives", "volumes of revolution"),
    ),
    "mathematics/statistics": (
        ("Explain {} with numbers", "When does one use {}?"),
        ("a confidence interval", "Simpson's paradox", "a permutation test", "Bayes' rule",
         "regression to the mean", "the birthday problem"),
    ),
    "writing/creative/poetry": (
        ("Write a poem about {}", "Continue a verse on {}"),
        ("the first snow", "a night train", "an empty theatre", "the smell of bread",
         "a lighthouse keeper", "two old friends", "a garden in March"),
    ),
    "writing/creative/fiction": (
        ("Open a short story about {}", "Write a dialogue about {}"),
        ("a lost letter", "a clockmaker", "the last bus", "a talking map", "a borrowed coat",
         "a strange inheritance", "the wrong suitcase"),
    ),
    "writing/business": (
        ("Draft an e-mail about {}", "Write a polite refusal of {}"),
        ("a late delivery", "a meeting request", "a pay rise", "a refund", "a job offer",
         "a price increase", "a cancelled event"),
    ),
    "writing/editing": (
        ("Shorten a paragraph on {}", "Improve the tone of a text on {}"),
        ("city traffic", "remote work", "a museum visit", "school lunches", "a new recipe",
         "a software update"),
    ),
    "knowledge/science": (
        ("Explain {}", "What do we know about {}?"),
        ("tides", "vaccines", "black holes", "photosynthesis", "earthquakes", "the carbon cycle",
         "superconductors"),
    ),
    "knowledge/history": (
        ("Summarise {}", "What led to {}?"),
        ("the printing revolution", "the Hanseatic League", "the Silk Road", "the spice trade",
         "the first railways", "the Bronze Age collapse"),
    ),
    "knowledge/medicine": (
        ("Explain {} to a patient", "What are the warning signs of {}?"),
        ("migraine", "high blood pressure", "asthma", "iron deficiency", "a sprained ankle",
         "hay fever"),
    ),
    "reasoning/logic puzzles": (
        ("Solve a puzzle with {}", "Invent a puzzle with {}"),
        ("three light switches", "truth tellers and liars", "a river crossing", "coloured hats",
         "five houses in a row", "two ropes that burn unevenly"),
    ),
    "reasoning/planning": (
        ("Plan {}", "Find the flaw in a plan for {}"),
        ("a week in Lisbon", "a move to another city", "a garden party", "an exam month",
         "a charity run", "a kitchen renovation"),
    ),
    "reasoning/spatial": (
        ("Describe the way through {}", "Answer a question about {}"),
        ("a folded cube", "a subway map", "a mirrored room", "a chess position",
         "gears that turn", "a floor plan"),
    ),
    "instructions/format": (
        ("Return a JSON object about {}", "Make a table of {}"),
        ("five rivers", "opening hours", "three recipes", "chess openings", "city populations",
         "book titles"),
    ),
    "instructions/length": (
        ("In exactly fifty words, describe {}", "In one sentence, explain {}"),
        ("inflation", "a rainbow", "open source", "jet lag", "a market", "the moon's phases"),
    ),
    "languages/translation": (
        ("Translate into German: {}", "Translate into Spanish: {}"),
        ("a restaurant review", "a rental contract clause", "a folk song", "a safety notice",
         "a product label", "a love letter"),
    ),
    "languages/grammar": (
        ("Correct the grammar of {}", "Explain the grammar of {}"),
        ("a cover letter", "conditional sentences", "a school essay", "reported speech",
         "a visa application"),
    ),
}  # fmt: skip

_ASIDES = (
    "", ", for a beginner", ", step by step", ", with an example", ", as briefly as possible",
    ", and name your assumptions", ", and check the result", ", for a specialist",
    ", as a list", ", in plain words",
)  # fmt: skip

_ANSWERS = (
    ("Misses the point of the request.", "Starts well and contradicts itself.", "Refuses to help."),
    ("Has one serious mistake.", "Leaves half of the request open.", "Is vague throughout."),
    ("Is correct, without an example.", "Covers the request, with a slip.", "Is sound but dry."),
    ("Is correct, with a good example.", "Is clear and complete.", "Answers every part."),
    ("Is complete and checks itself.", "Is precise and well ordered.", "Is excellent throughout."),
)
_ANSWER_LEVELS = (850.0, 950.0, 1050.0, 1150.0)
_STYLES = ("Plain prose.", "Headings and lists.", "One long paragraph.", "Short bullets.")

_REMARKS = {
    "first": ("The first is clearer.", "The second has a mistake.", "A keeps to the request.",
              "B leaves something out.", "I would send the first as it is."),
    "second": ("The second is clearer.", "The first has a mistake.", "B keeps to the request.",
               "A leaves something out.", "I would send the second as it is."),
    "tie": ("Both would do.", "Hardly any difference.", "Same content in other words."),
    "both_bad": ("Neither helps.", "Both are wrong.", "Both ignore half of the request."),
}  # fmt: skip

ROBOT_TASKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pick and place/single object": (
        ("put the {} in the bowl", "move the {} to the left", "hand over the {}"),
        ("red cup", "banana", "marker", "sponge", "toy car", "spoon", "lemon", "stapler"),
    ),
    "pick and place/clutter": (
        ("find the {} and put it on the plate", "take the {} out of the pile"),
        ("blue block", "scissors", "tape roll", "pepper", "battery", "key ring", "screwdriver"),
    ),
    "articulated/drawers": (
        ("open the {}", "close the {}"),
        ("top drawer", "bottom drawer", "desk drawer", "cutlery drawer", "tool drawer"),
    ),
    "articulated/doors": (
        ("open the {}", "close the {} gently"),
        ("microwave", "cabinet door", "oven", "laptop", "cereal box", "toolbox"),
    ),
    "deformable/folding": (
        ("fold the {}", "spread out the {}"),
        ("towel", "T-shirt", "napkin", "paper bag", "dishcloth"),
    ),
    "deformable/wiping": (
        ("wipe the {}", "clean the {} with the cloth"),
        ("table", "whiteboard", "counter", "screen", "tray"),
    ),
    "tool use/pouring": (
        ("pour the {} into the bowl", "empty the {}"),
        ("rice", "beans", "water glass", "nuts", "sugar jar"),
    ),
    "tool use/reaching": (
        ("use the stick to pull the {} closer", "press the {} with the pen"),
        ("ball", "button", "coin", "light switch", "bell"),
    ),
    "precise/insertion": (
        ("insert the {}", "plug in the {}"),
        ("peg", "key", "charging cable", "battery pack", "pen cap"),
    ),
    "precise/stacking": (
        ("stack the {}", "balance the {} on the box"),
        ("cups", "wooden blocks", "coins", "books", "bowls"),
    ),
}  # fmt: skip

_PLACES = (
    "",
    " on the tray",
    " near the edge",
    " in dim light",
    " beside the wall",
    " at the back",
)
_PROGRESS = (
    "never reached it", "reached it and missed the grasp", "made contact and lost it",
    "got halfway and stalled", "nearly finished", "finished",
)  # fmt: skip
_PROGRESS_LEVELS = (0.05, 0.3, 0.5, 0.7, 0.975)


def item_texts(
    tasks: dict[str, tuple[tuple[str, ...], tuple[str, ...]]],
    leaves: np.ndarray,
    paths: list[str],
    *,
    asides: tuple[str, ...] = _ASIDES,
) -> np.ndarray:
    """Return one text per item, shape (items,): a phrase of its leaf, a subject and an aside.

    Texts repeat only where a leaf has more items than combinations.
    """
    seen = dict.fromkeys(range(len(paths)), 0)
    texts = np.empty(len(leaves), object)
    for item, leaf in enumerate(leaves.tolist()):
        phrases, subjects = tasks[paths[leaf]]
        count = seen[leaf]
        seen[leaf] += 1
        phrase = phrases[count % len(phrases)]
        subject = subjects[count // len(phrases) % len(subjects)]
        aside = asides[count // (len(phrases) * len(subjects)) % len(asides)]
        texts[item] = phrase.format(subject) + aside
    return texts


def instructions(leaves: np.ndarray, paths: list[str]) -> np.ndarray:
    """Return one instruction for a robot per item, shape (items,)."""
    return item_texts(ROBOT_TASKS, leaves, paths, asides=_PLACES)


def response_summaries(points: np.ndarray, item: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Return what a response was like, from the points of its side on that item, shape (n,)."""
    answers = np.array(_ANSWERS, object)
    level = np.digitize(points, _ANSWER_LEVELS)
    style = np.array(_STYLES, object)[(side + item % 2) % len(_STYLES)]
    summaries: np.ndarray = answers[level, (item + 2 * side) % answers.shape[1]] + " " + style
    return summaries


def remarks(outcome: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return a judge's remark on each outcome (by name), chosen by a number in [0, 1)."""
    texts = np.empty(len(outcome), object)
    for name, choices in _REMARKS.items():
        rows = outcome == name
        chosen = (number[rows] * len(choices)).astype(int)
        texts[rows] = np.array(choices, object)[chosen]
    return texts


def session_reports(progress: np.ndarray) -> np.ndarray:
    """Return an evaluator's report on both sides of each session, from their progress (n, 2)."""
    phrases = np.array(_PROGRESS, object)[np.digitize(progress, _PROGRESS_LEVELS)]
    reports: np.ndarray = "A " + phrases[:, 0] + "; B " + phrases[:, 1] + "."
    return reports
