"""Raw evidence: which items a number rests on, and what was said of each."""

from ranking.examples.counts import ExampleCounts, count_examples
from ranking.examples.filters import ExampleFilter
from ranking.examples.item import Example, Verdict, read_example
from ranking.examples.listing import ExampleList, ExampleRow, list_examples
from ranking.examples.log import ExampleLog

__all__ = [
    "Example",
    "ExampleCounts",
    "ExampleFilter",
    "ExampleList",
    "ExampleLog",
    "ExampleRow",
    "Verdict",
    "count_examples",
    "list_examples",
    "read_example",
]
