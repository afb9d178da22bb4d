"""What is told of an erasure: what it would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.wording import counted
from warehouse.erasing.plan import AUDIT


@dataclass(frozen=True)
class Rehearsal:
    """What an erasure would do."""

    accounts: tuple[str, ...]
    names: int
    """Names, addresses and external ids that identify the person."""
    words: int
    """Of the user names, those that are ordinary words or somebody else's too."""
    records: int
    parts: int
    all_parts: int
    releases: int
    backups: int
    logs: int
    seeds: tuple[str, ...]
    """Lines of seed files that name the person: `program_members.csv, line 12`."""

    def __str__(self) -> str:
        return f"accounts of the person: {', '.join(self.accounts)}\n{self.counts()}"

    def counts(self) -> str:
        """The same without who it is about."""
        lines = [
            f"linked accounts: {len(self.accounts)}",
            f"found of them: {counted(self.names, 'name, address or id', 'names, addresses and ids')}",
            f"landing files: {self.records:,} records in {self.parts:,} of {self.all_parts:,} parts would "
            "change",
            "the database would be rebuilt from the landing files, a release built, checked and published",
            f"removed: {counted(self.releases, 'release')}, {counted(self.backups, 'backup')}; "
            f"{counted(self.logs, 'log file')} cleaned; then backed up anew",
        ]
        if self.words:
            lines.append(
                f"{counted(self.words, 'user name')} could be an ordinary word or is somebody else's too: "
                "replaced where a user name stands (@name, quotes, profile links); with --everywhere in all "
                "texts, if nobody else has it"
            )
        if self.seeds:
            lines.append(f"first change these lines of your seeds: {'; '.join(self.seeds)}")
        return "\n".join([*lines, "nothing was changed"])


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    id: str
    counts: Mapping[str, int]
    seconds: float

    def __str__(self) -> str:
        counts = self.counts
        if not counts:
            return "they were erased before; nothing was done"
        return (
            f"erased: {counted(counts['people'], 'person', 'people')}, "
            f"{counted(counts['accounts'], 'account')}; {counts['records']:,} records in "
            f"{counts['parts']:,} landing files rewritten, {counted(counts['releases'], 'release')} and "
            f"{counted(counts['backups'], 'backup')} removed; {counts['searched']:,} files searched, "
            f"nothing found; {self.seconds:.0f} s. Erasure {self.id} is in state/{AUDIT}"
        )
