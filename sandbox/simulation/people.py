"""The people: who they are, what they will do, and which accounts they hold where."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sandbox.simulation.bursts import Burst, Climb, Spurt, lasting_members, vary
from sandbox.simulation.chance import Floats, Ints, Rng, generator, pareto, pick, zipf_shares
from sandbox.simulation.options import BOARD, DAY_MS, DESK, FORUM, Options
from sandbox.simulation.words import PRODUCTS, person_names

ROLES = ("lurker", "casual", "regular", "expert", "supernova", "evangelist", "staff", "bot", "outsider")
LURKER, CASUAL, REGULAR, EXPERT, SUPERNOVA, EVANGELIST, STAFF, BOT, OUTSIDER = range(len(ROLES))
SEGMENTS = ("unknown", "customer", "pipeline", "prospect")
PERSONAS = ("administrator", "developer", "engineer", "executive", "student")
NOT_GONE = 1 << 62
"""`gone` of people who are still there at the horizon."""

# Region, country, zone in minutes from UTC, language, share of people.
REGIONS = (
    ("EMEA", "Germany", 60, "de", 0.17),
    ("EMEA", "Poland", 60, "pl", 0.07),
    ("EMEA", "United Kingdom", 0, "en", 0.1),
    ("EMEA", "Spain", 60, "es", 0.08),
    ("EMEA", "Turkey", 180, "tr", 0.05),
    ("EMEA", "Kenya", 180, "en", 0.03),
    ("AMER", "United States", -300, "en", 0.22),
    ("AMER", "Canada", -420, "en", 0.05),
    ("AMER", "Brazil", -180, "pt", 0.07),
    ("APAC", "India", 330, "en", 0.09),
    ("APAC", "Japan", 540, "ja", 0.04),
    ("APAC", "Australia", 600, "en", 0.03),
)


@dataclass(frozen=True)
class Organization:
    """A company that some of the people work for."""

    name: str
    domain: str
    segment: str
    plan: str
    mrr_usd: int
    """Monthly revenue in whole US dollars, 0 for those who are no customers."""
    region: str


@dataclass
class Account:
    """One person's account in one source."""

    person: int
    source: str
    account_id: int
    username: str
    name: str | None
    email: str | None
    verified: bool
    external_id: str | None
    created_ms: int


@dataclass
class People:
    """All people as columns; a person is a row number."""

    names: list[tuple[str, str]]
    role: Ints
    department: list[str]
    """Of staff; empty for others."""
    region: Ints
    zone: Ints
    """Minutes from UTC."""
    persona: Ints
    organization: Ints
    """-1 without one."""
    area: Ints
    """The product they care for most, an index into the areas of the forum."""
    second_area: Ints
    skill: Floats
    """Chance weight of likes and accepted answers; 1 is ordinary."""
    joined: Ints
    """When the person first appears (ms)."""
    gone: Ints
    """After this they contribute nothing (ms); NOT_GONE for those who stay."""
    hired: Ints
    """When an evangelist joined the staff (ms), -1 for all others."""
    left: Ints
    """When a member of staff left the company (ms), NOT_GONE while employed."""
    organizations: list[Organization]
    bursts: list[Burst] = field(default_factory=list)
    climbs: list[Climb] = field(default_factory=list)
    spurts: list[Spurt] = field(default_factory=list)
    accounts: dict[str, dict[int, Account]] = field(default_factory=lambda: {FORUM: {}, BOARD: {}, DESK: {}})
    """By source and person."""
    links: list[tuple[str, Account, Account, str]] = field(default_factory=list)
    """Known merges and splits: action, two accounts, reason."""

    def __len__(self) -> int:
        return len(self.role)

    def having(self, *roles: int) -> Ints:
        """Row numbers of the people in these roles."""
        return np.flatnonzero(np.isin(self.role, roles))

    def is_staff(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """True for staff and bots (an evangelist counts as a member until hired)."""
        return np.isin(self.role, (STAFF, BOT))

    def segment(self, person: int) -> str:
        """The person's segment: their organization's, else unknown."""
        index = int(self.organization[person])
        return self.organizations[index].segment if index >= 0 else "unknown"


def area_count(options: Options) -> int:
    """How many products the forum has a top category for."""
    return int(np.clip(options.members // 150, 3, 12))


def role_counts(options: Options) -> dict[int, int]:
    """How many people each role has; special roles follow the forum's monthly posts."""
    size = options.posts_a_month / 2_500
    years = options.months / 24

    def scaled(count: float, least: int) -> int:
        return max(least, round(count * size))

    special = {
        EXPERT: scaled(15, 3),
        EVANGELIST: scaled(6, 2),
        SUPERNOVA: max(3, round(28 * size * years)),
        STAFF: scaled(20, 4),
        BOT: 1,
    }
    most = max(12, options.members // 4)
    total = sum(special.values())
    if total > most:
        special = {role: max(1, count * most // total) for role, count in special.items()}
    # Members join all along, also after `end`: as many more as that takes.
    left = round(options.members * (1 + 1.15 * options.days_ahead / options.days)) - sum(special.values())
    return {
        **special,
        REGULAR: round(left * 0.14),
        LURKER: round(left * 0.27),
        CASUAL: left - round(left * 0.14) - round(left * 0.27),
        OUTSIDER: round(options.members * 0.12) + min(options.tickets // 6, options.members),
    }


def populate(options: Options) -> People:
    """Invents the people, without accounts; those come once it is known who does what."""
    rng = generator(options.seed, "people")
    counts = role_counts(options)
    role = np.repeat(np.array(list(counts), dtype=np.int64), list(counts.values()))
    rng.shuffle(role)
    total = len(role)
    region = pick(rng, np.array([r[4] for r in REGIONS]), total)
    organizations = _organizations(rng, max(12, options.members // 14))
    working = rng.random(total) < np.where(role == OUTSIDER, 0.92, 0.58)
    organization = np.where(working, pick(rng, zipf_shares(len(organizations), 0.7), total), -1)
    organization[np.isin(role, (STAFF, BOT))] = -1
    areas = area_count(options)
    shares = zipf_shares(areas, 0.85)
    joined = _joining(rng, options, total)
    people = People(
        names=person_names(rng, total),
        role=role,
        department=[""] * total,
        region=region,
        zone=np.array([r[2] for r in REGIONS], dtype=np.int64)[region],
        persona=pick(rng, np.array([0.38, 0.24, 0.22, 0.08, 0.08]), total),
        organization=organization,
        area=pick(rng, shares, total),
        second_area=pick(rng, shares, total),
        skill=np.exp(0.45 * rng.standard_normal(total)),
        joined=joined,
        gone=np.full(total, NOT_GONE, dtype=np.int64),
        hired=np.full(total, -1, dtype=np.int64),
        left=np.full(total, NOT_GONE, dtype=np.int64),
        organizations=organizations,
    )
    _lifetimes(rng, options, people)
    _specials(rng, options, people)
    people.bursts = vary(options, people.bursts, people.hired)
    more, people.climbs, people.spurts = lasting_members(
        options, people.having(REGULAR), people.joined, people.gone, counts[EVANGELIST]
    )
    people.bursts += more
    return people


def _joining(rng: Rng, options: Options, total: int) -> Ints:
    days = np.arange(options.days, dtype=np.float64)
    density = 0.6 + 0.75 / (1.0 + np.exp(-(days - 100.0) / 40.0)) + 0.15 * np.sin(days / 58.0)
    day = pick(rng, density, total)
    return options.start_ms + day * DAY_MS + rng.integers(0, DAY_MS, total)


def _lifetimes(rng: Rng, options: Options, people: People) -> None:
    """How long ordinary members keep contributing: most try once, some stay for years."""
    total = len(people)
    kind = pick(rng, np.array([0.36, 0.28, 0.24, 0.12]), total)
    mean_days = np.array([0.4, 25.0, 140.0, 520.0])[kind]
    life = rng.exponential(mean_days)
    regular = people.role == REGULAR
    life[regular] = 300.0 * np.exp(0.8 * rng.standard_normal(int(regular.sum())))
    gone = people.joined + (life * DAY_MS).astype(np.int64)
    ordinary = np.isin(people.role, (CASUAL, REGULAR))
    people.gone[ordinary] = np.where(gone > options.horizon_ms, NOT_GONE, gone)[ordinary]


def _specials(rng: Rng, options: Options, people: People) -> None:
    start, horizon = options.start_ms, options.horizon_ms
    span = horizon - start
    areas = area_count(options)

    experts = people.having(EXPERT)
    people.joined[experts] = start + (span * 0.75 * rng.random(len(experts)) ** 1.8).astype(np.int64)
    people.area[experts] = np.arange(len(experts)) % areas
    people.skill[experts] = 1.7 + 0.6 * rng.random(len(experts))
    fading = rng.random(len(experts)) < 0.3
    until = people.joined[experts] + ((0.45 + 0.5 * rng.random(len(experts))) * span).astype(np.int64)
    until = np.maximum(until, people.joined[experts] + 200 * DAY_MS)
    people.gone[experts] = np.where(fading & (until < horizon), until, NOT_GONE)

    stars = people.having(EVANGELIST)
    people.skill[stars] = 1.9 + 0.6 * rng.random(len(stars))
    for place, star in enumerate(stars.tolist()):
        early = place < max(1, len(stars) // 3)
        latest = max(0.12, 1 - 420 * DAY_MS / span)
        share = (0.01 + 0.1 * rng.random()) if early else (0.1 + (latest - 0.1) * rng.random())
        onset = start + int(span * share)
        waits = int(rng.integers(0, 240)) if rng.random() < 0.4 else 0
        people.joined[star] = max(start, onset - waits * DAY_MS)
        peak = float(rng.uniform(80, 105) if early else rng.uniform(48, 85))
        people.bursts.append(
            Burst(star, onset, peak, int(span // DAY_MS), "strong" if peak > 65 else "weak", "lasting")
        )
        if early:
            people.hired[star] = onset + int(rng.integers(100, 200)) * DAY_MS

    novas = people.having(SUPERNOVA)
    people.skill[novas] = 1.3 + 0.8 * rng.random(len(novas))
    for place, nova in enumerate(novas.tolist()):
        strong = place % 2 == 0
        onset = start + int(span * (0.03 + 0.94 * rng.random()))
        waits = int(rng.integers(150, 400)) if rng.random() < 0.35 else 0
        people.joined[nova] = max(start, onset - waits * DAY_MS)
        peak = float(np.exp(rng.uniform(np.log(85), np.log(190))) if strong else rng.uniform(52, 75))
        plateau = int(rng.integers(42, 85))
        people.bursts.append(Burst(nova, onset, peak, plateau, "strong" if strong else "weak", "supernova"))
        lingers = rng.random() < 0.45
        silence = onset + (plateau + 45 + (int(rng.integers(60, 300)) if lingers else 0)) * DAY_MS
        people.gone[nova] = silence if silence < horizon else NOT_GONE

    staff = people.having(STAFF)
    departments = [
        "community",
        "support",
        "support",
        "product",
        "support",
        "community",
        "engineering",
        "support",
    ]
    for place, person in enumerate(staff.tolist()):
        people.department[person] = departments[place % len(departments)]
    people.joined[staff] = start - DAY_MS
    people.skill[staff] = 1.6
    leavers = staff[len(staff) // 2 :: 5]
    people.left[leavers] = start + (span * (0.35 + 0.3 * rng.random(len(leavers)))).astype(np.int64)
    people.gone[leavers] = people.left[leavers]
    people.joined[people.having(BOT)] = start - DAY_MS
    outsiders = people.having(OUTSIDER)
    people.gone[outsiders] = NOT_GONE


def _organizations(rng: Rng, count: int) -> list[Organization]:
    first = [
        "Alder",
        "Birch",
        "Cedar",
        "Dune",
        "Ember",
        "Fjord",
        "Grove",
        "Haven",
        "Inlet",
        "Juniper",
        "Kestrel",
        "Larch",
        "Meadow",
        "North",
        "Osprey",
    ]
    second = [
        "Hosting",
        "Labs",
        "Systems",
        "Works",
        "Media",
        "Cloud",
        "Studio",
        "Networks",
        "Retail",
        "Clinic",
        "School",
        "Freight",
        "Energy",
    ]
    made: list[Organization] = []
    segments = pick(rng, np.array([0.04, 0.6, 0.14, 0.22]), count).tolist()
    revenue = pareto(rng, count, 1.1, 400.0)
    for index in range(count):
        a, b = first[index % len(first)], second[(index // len(first)) % len(second)]
        turn = index // (len(first) * len(second))
        name = f"{a} {b}" + (f" {turn + 1}" if turn else "")
        segment = SEGMENTS[segments[index]]
        plan = ("starter", "business", "enterprise")[min(2, int(np.log10(revenue[index] * 3.2)))]
        made.append(
            Organization(
                name=name,
                domain=f"{name.lower().replace(' ', '-')}.example.com",
                segment=segment,
                plan=plan if segment == "customer" else "none",
                mrr_usd=round(60 * float(revenue[index])) if segment == "customer" else 0,
                region=("EMEA", "AMER", "APAC")[int(rng.integers(0, 3))],
            )
        )
    return made


def area_names(options: Options) -> tuple[str, ...]:
    """The products, largest first."""
    return tuple(PRODUCTS[: area_count(options)])
