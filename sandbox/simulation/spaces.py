"""Where people gather: the forum's categories and tags, of very different size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.chance import Floats, Ints, generator, pick, zipf_shares
from sandbox.simulation.options import Options
from sandbox.simulation.people import area_names
from sandbox.simulation.words import MEETING_PLACES, PARTS, TAGS, slug


@dataclass(frozen=True)
class Category:
    """A forum category or subcategory."""

    category_id: int
    name: str
    slug: str
    parent_id: int | None
    area: int
    """Index of the product; the number of products for meeting places, -1 for the staff's own."""
    weight: float
    """Chance weight of new topics within its area."""
    is_support: bool
    """Questions are asked and answers accepted here."""
    starved: bool
    """Topics here are seldom answered."""


@dataclass(frozen=True)
class Spaces:
    """All categories and tags of the forum."""

    categories: tuple[Category, ...]
    areas: tuple[str, ...]
    tags: tuple[str, ...]
    area_shares: Floats
    """Chance weights of areas, the meeting places last."""

    def draw_categories(self, rng: np.random.Generator, area: Ints) -> Ints:
        """A category (index) for each topic's area."""
        chosen = np.zeros(len(area), dtype=np.int64)
        for index in range(len(self.areas) + 1):
            here = np.flatnonzero(area == index)
            places = [i for i, c in enumerate(self.categories) if c.area == index]
            weights = np.array([self.categories[i].weight for i in places])
            chosen[here] = np.array(places, dtype=np.int64)[pick(rng, weights, len(here))]
        return chosen


def lay_out(options: Options) -> Spaces:
    """Lays out 14 to 50 categories, the more members the more."""
    rng = generator(options.seed, "spaces")
    areas = area_names(options)
    total = int(np.clip(8 + options.members / 47, 14, 50))
    meeting = len(areas)
    made = [
        Category(1, "Uncategorized", "uncategorized", None, meeting, 0.3, False, False),
        Category(2, "Site Feedback", "site-feedback", None, meeting, 0.15, True, False),
        Category(3, "Staff", "staff", None, -1, 0.0, False, False),
        Category(4, "General", "general", None, meeting, 0.8, True, False),
    ]
    tops: list[int] = []
    for index, name in enumerate(areas):
        tops.append(len(made))
        made.append(Category(len(made) + 1, name, slug(name), None, index, 1.0, True, False))
    for name in MEETING_PLACES:
        if name != "Site Feedback" and len(made) < total - 2:
            made.append(Category(len(made) + 1, name, slug(name), None, meeting, 0.35, False, False))
    left = max(0, total - len(made))
    sizes = np.maximum(1, np.round(left * zipf_shares(len(areas), 0.6))).astype(np.int64)
    subs = [(area, part) for area, size in enumerate(sizes) for part in range(min(int(size), len(PARTS)))][
        :left
    ]
    parts = rng.permutation(len(PARTS))
    for order, (area, part) in enumerate(subs):
        name = PARTS[parts[(part + area) % len(PARTS)]]
        made.append(
            Category(
                category_id=len(made) + 1,
                name=name,
                slug=slug(name),
                parent_id=made[tops[area]].category_id,
                area=area,
                weight=float(0.9 / (part + 1.5) ** 1.2 * np.exp(0.4 * rng.standard_normal())),
                is_support=True,
                starved=order % 9 == 4,
            )
        )
    shares = np.concatenate([zipf_shares(len(areas), 0.85) * 0.87, [0.13]])
    return Spaces(tuple(made), areas, tuple(TAGS), shares)
