"""Names in the order they can be evaluated, those that wait for one another together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field


def components(needs: Mapping[str, Set[str]]) -> Iterator[tuple[str, ...]]:
    """Strongly connected groups of names, what each needs first; R. Tarjan (1972), without recursion."""
    walk = Walk(needs)
    for name in needs:
        if name not in walk.number:
            yield from walk.below(name)


@dataclass
class Walk:
    """What is known of the names while they are walked through."""

    needs: Mapping[str, Set[str]]
    number: dict[str, int] = field(default_factory=dict)
    lowest: dict[str, int] = field(default_factory=dict)
    open: dict[str, None] = field(default_factory=dict)

    def below(self, root: str) -> Iterator[tuple[str, ...]]:
        stack = [self.entered(root)]
        while stack:
            name, rest = stack[-1]
            step = next(
                (m for m in rest if m in self.needs and (m not in self.number or m in self.open)), None
            )
            if step is None:
                stack.pop()
                if stack:
                    self.lowest[stack[-1][0]] = min(self.lowest[stack[-1][0]], self.lowest[name])
                if self.lowest[name] == self.number[name]:
                    yield self.closed(name)
            elif step in self.number:
                self.lowest[name] = min(self.lowest[name], self.number[step])
            else:
                stack.append(self.entered(step))

    def entered(self, name: str) -> tuple[str, Iterator[str]]:
        self.number[name] = self.lowest[name] = len(self.number)
        self.open[name] = None
        return name, iter(sorted(self.needs[name]))

    def closed(self, name: str) -> tuple[str, ...]:
        """The names from one on, which wait for one another."""
        names = list(self.open)
        own = names[names.index(name) :] if names[-1] != name else [name]
        for n in own:
            del self.open[n]
        return tuple(own)


def in_order(group: Sequence[str], needs: Mapping[str, Set[str]]) -> tuple[str, ...]:
    """The names of a group, each after those that it needs at the same step."""
    left, out = dict.fromkeys(group), list[str]()
    while left:
        name = next(n for n in left if not needs[n] & (left.keys() - {n}))
        out.append(name)
        del left[name]
    return tuple(out)
