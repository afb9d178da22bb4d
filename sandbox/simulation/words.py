"""Short invented text: the product is a made-up server panel called Harbor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sandbox.simulation.chance import Rng

GIVEN = ["Ana", "Bram", "Chidi", "Dalia", "Edgar", "Farah", "Goran", "Hana", "Imre", "Jolanta", "Kofi", "Leila", "Marek", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sami", "Tuva", "Ulla", "Viktor", "Wanda", "Xenia", "Yusuf", "Zofia", "Amadou", "Birgit", "Carlos", "Deepa", "Emil", "Fiona", "Gita", "Hugo", "Ines", "Jonas", "Kaori", "Lars", "Mina", "Nils", "Olga", "Pavel", "Rania", "Stefan", "Tomas", "Ursula", "Vera", "Walid", "Yana", "Zlatan", "Aiko", "Bruno", "Celia", "Davor", "Elif", "Feng", "Greta", "Hamid", "Ilse", "Jaime", "Katya", "Liam", "Marta", "Noor", "Otto", "Petra", "Rafael", "Selma", "Theo", "Vita", "Wren", "Yuki", "Zora"]
FAMILY = ["Abara", "Bakker", "Castro", "Dvorak", "Eriksen", "Fontana", "Gruber", "Haddad", "Ivanov", "Jansen", "Kovac", "Lindgren", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato", "Tanaka", "Ueda", "Vargas", "Weber", "Xu", "Yilmaz", "Zeman", "Almeida", "Brandt", "Chen", "Duarte", "Ekberg", "Ferrari", "Garcia", "Horvat", "Ito", "Jovic", "Kaya", "Larsen", "Mensah", "Nagy", "Ortiz", "Popescu", "Rahman", "Silva", "Toth", "Umar", "Vogel", "Wolff", "Yamada", "Ziegler", "Adeyemi", "Blanc", "Costa", "Demir", "Engel", "Farkas", "Gomez", "Hansen", "Iqbal", "Kaplan", "Lopes", "Meyer", "Nilsson", "Osman", "Pereira", "Richter", "Santos", "Thorne", "Ulrich", "Varga", "Winter", "Young", "Zanetti"]
PRODUCTS = ["Panel", "Mail", "Backup", "Domains", "Security", "Docker", "WordPress", "Databases", "Migration", "API", "Licensing", "Storage", "Monitoring", "Billing", "Linux", "Windows"]
PARTS = ["Getting Started", "Configuration", "Upgrades", "Performance", "Automation", "Command Line", "Troubleshooting", "Extensions", "Certificates", "Permissions", "Logs", "Imports"]
MEETING_PLACES = ("Announcements", "Lounge", "Showcase", "Site Feedback", "Events", "Partners")
TAGS = ["how-to", "bug", "install", "upgrade", "ssl", "dns", "php", "nginx", "apache", "mariadb", "postgres", "redis", "cron", "backup", "restore", "migration", "cli", "api", "webhook", "docker", "kubernetes", "firewall", "spam", "imap", "smtp", "dkim", "quota", "performance", "memory", "disk", "logs", "windows", "ubuntu", "debian", "rocky", "license", "reseller", "theme", "translation", "beta", "documentation"]
_SUBJECTS = ["the nightly backup", "a fresh install", "the mail queue", "our second node", "the certificate renewal", "the web panel", "the import wizard", "a customer's site", "the scheduled task", "the new release", "the database user", "the spam filter", "the command line tool", "the staging copy", "a wildcard domain", "the log rotation", "the reseller plan", "the file manager", "the container host", "the update script", "the control socket", "the quota report", "the login page", "the restore job"]
_VERBS = ["stops with a time-out", "works only after a restart", "fills the disk", "ignores the new setting", "fails on the first run", "is much faster now", "shows an empty page", "needs the old permission back", "keeps the previous address", "returns an error we cannot read", "finishes but reports a failure", "asks for a key twice", "loses its schedule", "runs as the wrong user", "waits for the lock forever", "writes to a folder that is gone", "is fine on one node only"]
_HINTS = ["Check the owner of the folder first.", "Run it once with the verbose switch.", "That setting moved in the last release.", "Restart the service after the change.", "It works here since the update.", "You need the second key as well.", "Look at the last lines of the log.", "Remove the stale lock file.", "Set the limit to twice the default.", "The order of the two lines matters.", "Try it on a clean node.", "The wizard keeps a copy of the old value.", "Turn the cache off while you test.", "We do it with a small script.", "Rebuild the index afterwards."]
_ASIDES = ["Thanks in advance.", "Any idea?", "We see this on two nodes.", "It began last week.", "This helped me, thank you.", "I can share the log.", "No change after an hour.", "Same here.", "Solved for us.", "Will try tonight.", "Our plan is the small one.", "I followed the guide.", "Good question.", "Let me know how it goes.", "That was it!"]
_WISHES = ["Show", "Schedule", "Export", "Limit", "Rename", "Copy", "Search", "Group", "Restore", "Lock", "Translate", "Preview", "Sign", "Compress", "Move", "Tag"]
_OBJECTS = ["backups", "mailboxes", "plans", "databases", "certificates", "log files", "users", "domains", "snapshots", "reports", "API keys", "scheduled tasks", "templates", "invoices", "containers", "redirects"]
_WAYS = ["per customer", "from the command line", "in bulk", "without a restart", "by tag", "for resellers", "before an upgrade", "with two clicks", "on a second node", "as a file", "by schedule", "with approval", "in the sidebar", "through the API", "for one day", "by size"]
BROWSERS = ("Firefox", "Chrome", "Safari", "Edge")
SYSTEMS = ("Windows", "macOS", "Linux", "Android", "iOS")


class Prose:
    """Sentences and titles prepared once and drawn by number."""

    def __init__(self, rng: Rng, size: int = 4_096) -> None:
        def draw(options: Sequence[str]) -> list[str]:
            return [options[i] for i in rng.integers(0, len(options), size).tolist()]

        subjects, verbs, hints, asides = draw(_SUBJECTS), draw(_VERBS), draw(_HINTS), draw(_ASIDES)
        self.size = size
        self.problems = [
            f"{s[0].upper()}{s[1:]} {v}. {a}" for s, v, a in zip(subjects, verbs, asides, strict=True)
        ]
        self.answers = [f"{h} {a}" for h, a in zip(hints, reversed(asides), strict=True)]
        places = rng.integers(2, 13, size).tolist()
        self.titles = [
            f"{s[0].upper()}{s[1:]} {v}" + (f" in release {p}" if p % 3 else "")
            for s, v, p in zip(reversed(subjects), verbs, places, strict=True)
        ]
        self.wishes = [
            f"{w} {o} {y}" for w, o, y in zip(draw(_WISHES), draw(_OBJECTS), draw(_WAYS), strict=True)
        ]


def slug(text: str) -> str:
    """Lower-case words joined by hyphens."""
    kept = "".join(c if c.isalnum() else " " for c in text.lower())
    return "-".join(kept.split())


def person_names(rng: Rng, count: int) -> list[tuple[str, str]]:
    """Given and family names; with many people some share both, as in life."""
    given = rng.integers(0, len(GIVEN), count)
    family = rng.integers(0, len(FAMILY), count)
    return [(GIVEN[g], FAMILY[f]) for g, f in zip(given.tolist(), family.tolist(), strict=True)]


def numbers(rng: Rng, count: int, size: int) -> list[int]:
    """Text numbers as plain ints, for drawing from `Prose`."""
    drawn: list[int] = rng.integers(0, size, count, dtype=np.int64).tolist()
    return drawn
