"""A line on a page, with its sides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line's text and sides, y going up; `size` is its font's, `hyphen` says whether one was taken from its end.

    A `note` is no part of the text around it; a `row` is one of a table, as it is written.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    hyphen: bool = False
    bold: bool = False
    note: bool = False
    row: bool = False

    @property
    def upright(self) -> bool:
        """Whether it runs up or down the page, as stamps in a margin do."""
        return len(self.text) > 3 and self.top - self.bottom > 2 * (self.right - self.left)

    @property
    def slanted(self) -> bool:
        """Whether it runs across the page, as watermarks do."""
        return min(self.top - self.bottom, self.right - self.left) > 2.5 * self.size and len(self.text) > 3

    @property
    def aside(self) -> bool:
        """Whether it stands in no sentence."""
        return self.note or self.slanted

    def beside(self, other: "Line") -> bool:
        """Whether the two stand on one row."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.top - self.bottom, other.top - other.bottom)
