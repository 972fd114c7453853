"""Rewrites a regular expression of RE2 in the syntax of PostgreSQL's. Pure; expects a pattern valid in RE2.

The grammar: alternatives of sequences of quantified atoms. Every literal is written as a code point and every class
as a bracket expression of code points, so nothing depends on a locale or on PostgreSQL's own escapes.
"""

import re
from collections.abc import Iterable

LARGEST_REPEAT = 255  # PostgreSQL's DUPMAX
LARGEST_SIZE = 2_000  # states, with every repetition written out
DEEPEST = 30  # groups in groups
LAST = 0x10FFFF

Ranges = list[tuple[int, int]]

CLASSES: dict[str, Ranges] = {
    "d": [(0x30, 0x39)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
    "s": [(0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)],
}
POSIX: dict[str, Ranges] = {
    "alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "ascii": [(0x00, 0x7F)],
    "blank": [(0x09, 0x09), (0x20, 0x20)],
    "cntrl": [(0x00, 0x1F), (0x7F, 0x7F)],
    "digit": CLASSES["d"],
    "graph": [(0x21, 0x7E)],
    "lower": [(0x61, 0x7A)],
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(0x09, 0x0D), (0x20, 0x20)],
    "upper": [(0x41, 0x5A)],
    "word": CLASSES["w"],
    "xdigit": [(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
}
CONTROLS = {"a": 0x07, "f": 0x0C, "t": 0x09, "n": 0x0A, "r": 0x0D, "v": 0x0B}
# Beyond ASCII, two characters fold to ASCII letters: the long s and the sign of the kelvin.
FOLDED = {ord("s"): 0x017F, ord("k"): 0x212A}

FLAGS = re.compile(r"\(\?([is]+)\)")
GROUP = re.compile(r"\(\?(?::|P?<\w+>)")
REPEAT = re.compile(r"(?:([*+?])|\{(\d+)(?:(,)(\d+)?)?\})(\?)?", re.ASCII)
HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
NAMED = re.compile(r"\[:(\^?)([a-z]+):\]")


class Untranslatable(Exception):  # noqa: N818 - the caller decides on the fault
    """A construct without an equal in the other syntax."""


def translate(pattern: str) -> str:
    """The pattern for PostgreSQL's `~`; raises Untranslatable naming the construct without an equal."""
    return _Translator(pattern).whole()


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = self.depth = 0
        self.folds = self.dots = False
        if flags := FLAGS.match(pattern):
            self.at = flags.end()
            self.folds, self.dots = "i" in flags[1], "s" in flags[1]

    def whole(self) -> str:
        written, size = self.alternatives()
        if self.at < len(self.text):
            raise Untranslatable(f"unexpected {self.text[self.at]!r}")
        if size > LARGEST_SIZE:
            raise Untranslatable("it repeats too much")
        # The director *** makes PostgreSQL read an advanced expression whatever its settings are.
        return f"***:{written}"

    def alternatives(self) -> tuple[str, int]:
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        return "|".join(written or "(?:)" for written, _ in branches), sum(size for _, size in branches)

    def sequence(self) -> tuple[str, int]:
        written, total = [], 0
        while self.peek() not in ("", "|", ")"):
            piece, size = self.piece()
            written.append(piece)
            total += size
        return "".join(written), total

    def piece(self) -> tuple[str, int]:
        anchor = self.anchor()
        atom, size = (anchor, 0) if anchor else self.atom()
        repeat = REPEAT.match(self.text, self.at)
        if repeat is None:
            return atom, size
        if anchor:
            raise Untranslatable("a repeated anchor")
        self.at = repeat.end()
        sign, least, comma, most, _ = repeat.groups()
        if sign:
            return atom + sign, size + 1
        if max(int(least), int(most or 0)) > LARGEST_REPEAT:
            raise Untranslatable(f"more than {LARGEST_REPEAT} repetitions")
        return f"{atom}{{{least}{comma or ''}{most or ''}}}", (size + 1) * max(int(least), int(most or 0), 1)

    def anchor(self) -> str | None:
        for sign, written in (("^", r"\A"), ("$", r"\Z"), (r"\A", r"\A"), (r"\z", r"\Z")):
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                return written
        return None

    def atom(self) -> tuple[str, int]:
        sign = self.peek()
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.bracket(), 1
        if sign == ".":
            self.at += 1
            return _bracket([(1, LAST)] if self.dots else [(1, 0x09), (0x0B, LAST)]), 1
        if sign == "\\":
            ranges = self.escape()
        else:
            self.at += 1
            ranges = [(ord(sign), ord(sign))]
        return _bracket(self.cased(ranges)), 1

    def group(self) -> tuple[str, int]:
        opened = GROUP.match(self.text, self.at)
        if opened is None and self.text.startswith("(?", self.at):
            raise Untranslatable("flags other than (?i) and (?s) at the start")
        if self.depth == DEEPEST:
            raise Untranslatable(f"more than {DEEPEST} groups in each other")
        self.at = opened.end() if opened else self.at + 1
        self.depth += 1
        written, size = self.alternatives()
        self.depth -= 1
        if self.peek() != ")":
            raise Untranslatable("a group without its end")
        self.at += 1
        return f"(?:{written})", size + 1

    def escape(self) -> Ranges:
        if hexadecimal := HEX.match(self.text, self.at):
            self.at = hexadecimal.end()
            point = int(hexadecimal[1] or hexadecimal[2], 16)
            return [(point, point)]
        letter = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if letter.lower() in CLASSES:
            ranges = CLASSES[letter.lower()]
            return ranges if letter.islower() else _inverted(ranges)
        if letter in CONTROLS:
            return [(CONTROLS[letter], CONTROLS[letter])]
        if not letter or (letter.isascii() and letter.isalnum()):
            raise Untranslatable(f"\\{letter}")
        return [(ord(letter), ord(letter))]

    def bracket(self) -> str:
        self.at += 1
        inverted = self.peek() == "^"
        self.at += inverted
        ranges: Ranges = []
        first = True
        while first or self.peek() != "]":
            ranges += self.member()
            first = False
        self.at += 1
        ranges = self.cased(ranges)
        return _bracket(_inverted(ranges) if inverted else ranges)

    def member(self) -> Ranges:
        if named := NAMED.match(self.text, self.at):
            self.at = named.end()
            if named[2] not in POSIX:
                raise Untranslatable(named[0])
            return _inverted(POSIX[named[2]]) if named[1] else POSIX[named[2]]
        low = self.single()
        of_many = low[0][0] != low[0][1]  # \d and the like do not start a range
        if of_many or self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        return [(low[0][0], self.single()[0][1])]

    def single(self) -> Ranges:
        sign = self.peek()
        if not sign:
            raise Untranslatable("a class without its end")
        if sign == "\\":
            return self.escape()
        self.at += 1
        return [(ord(sign), ord(sign))]

    def cased(self, ranges: Ranges) -> Ranges:
        """Add the other case of letters where the pattern ignores case."""
        if not self.folds:
            return ranges
        if any(high > 0x7F for _, high in ranges):
            raise Untranslatable("(?i) with characters beyond ASCII")
        letters = list(ranges)
        for low, high in ranges:
            for first, last, shift in ((0x41, 0x5A, 32), (0x61, 0x7A, -32)):
                if max(low, first) <= min(high, last):
                    letters.append((max(low, first) + shift, min(high, last) + shift))
        extra = [(far, far) for near, far in FOLDED.items() if any(low <= near <= high for low, high in letters)]
        return letters + extra

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]


def _inverted(ranges: Iterable[tuple[int, int]]) -> Ranges:
    inverted, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            inverted.append((start, low - 1))
        start = max(start, high + 1)
    if start <= LAST:
        inverted.append((start, LAST))
    return inverted


def _bracket(ranges: Ranges) -> str:
    # PostgreSQL's texts hold no NUL, and brackets cannot name NUL.
    written = [(max(low, 1), high) for low, high in ranges if high >= 1]
    if not written:
        return f"[^{_range(1, LAST)}]"
    return f"[{''.join(_range(low, high) for low, high in written)}]"


def _range(low: int, high: int) -> str:
    return _point(low) if low == high else f"{_point(low)}-{_point(high)}"


def _point(point: int) -> str:
    return f"\\U{point:08X}"
