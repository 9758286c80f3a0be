"""Spans without a model: what was marked before is marked again. A tagger must be better than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.routing.learners.tokens import Span, words_of

# Words of a phrase; what is longer hardly comes a second time.
LONGEST = 12
Phrase = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lookup:
    """Phrases with their labels."""

    phrases: Mapping[Phrase, int]

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        """At each place the longest phrase that is known."""
        return [list(self._found(text)) for text in texts]

    def _found(self, text: str) -> Iterator[Span]:
        words, at = words_of(text), 0
        small = [text[start:end].lower() for start, end in words]
        while at < len(words):
            for size in range(min(LONGEST, len(words) - at), 0, -1):
                label = self.phrases.get(tuple(small[at : at + size]))
                if label is not None:
                    yield Span(words[at][0], words[at + size - 1][1], label)
                    at += size
                    break
            else:
                at += 1


def look_up(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Lookup:
    """Phrases that were marked at least every other time that they came, by their usual label.

    >>> found = look_up(["Ada met Bob", "Ada and Bob"], [[Span(0, 3, 0)], [Span(0, 3, 0)]])
    >>> found(["I met Ada"]), found.phrases
    ([[Span(start=6, end=9, label=0, score=1.0)]], {('ada',): 0})
    """
    marked: dict[Phrase, Counter[int]] = {}
    for text, own in zip(texts, spans, strict=True):
        for span in own:
            inside = text[span.start : span.end]
            phrase = tuple(inside[start:end].lower() for start, end in words_of(inside))
            if 0 < len(phrase) <= LONGEST:
                marked.setdefault(phrase, Counter())[span.label] += 1
    came = Counter(phrase for text in texts for phrase in _phrases(text) if phrase in marked)
    return Lookup(
        {
            phrase: labels.most_common(1)[0][0]
            for phrase, labels in marked.items()
            if 2 * labels.total() >= came[phrase]
        }
    )


def _phrases(text: str) -> Iterator[Phrase]:
    words = [text[start:end].lower() for start, end in words_of(text)]
    for at in range(len(words)):
        for size in range(1, min(LONGEST, len(words) - at) + 1):
            yield tuple(words[at : at + size])
