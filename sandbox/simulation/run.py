"""Makes a whole dataset."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sandbox.simulation import identity
from sandbox.simulation.board import Board, simulate_board
from sandbox.simulation.board_companies import Companies
from sandbox.simulation.board_records import BoardWriter
from sandbox.simulation.board_static import write_static
from sandbox.simulation.chance import generator
from sandbox.simulation.desk import simulate_desk
from sandbox.simulation.desk_records import DeskWriter
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_badges import write_badges
from sandbox.simulation.forum_groups import write_groups
from sandbox.simulation.forum_people import write_users
from sandbox.simulation.forum_posts import simulate_forum
from sandbox.simulation.forum_records import Authors, Titles, write_posts
from sandbox.simulation.forum_spaces import write_spaces
from sandbox.simulation.forum_standing import Standing, standing
from sandbox.simulation.options import BOARD, DESK, FORUM, Options, Summary, midnight
from sandbox.simulation.people import OUTSIDER, People, populate
from sandbox.simulation.recognition import recognize
from sandbox.simulation.seeds import write_seeds
from sandbox.simulation.spaces import Spaces, lay_out
from sandbox.simulation.topic_records import write_topics
from sandbox.simulation.truth import Truth
from sandbox.simulation.words import Prose
from sandbox.simulation.writer import StreamFile


def simulate(
    directory: Path,
    *,
    seed: int = 1,
    members: int = 2_000,
    months: int = 24,
    posts: int = 60_000,
    requests: int = 1_300,
    tickets: int = 5_000,
    end: datetime | None = None,
    days_ahead: int = 60,
    history: bool = True,
    past: bool = True,
) -> Summary:
    """Simulates a community and writes its dataset, truth and seeds into `directory`.

    `end` is the dataset's today (default: today's UTC midnight). Raises OptionError for sizes out of
    range. The same arguments give the same files, byte for byte.
    """
    began = time.monotonic()
    options = Options(
        seed=seed,
        members=members,
        months=months,
        posts=posts,
        requests=requests,
        tickets=tickets,
        end=end or midnight(datetime.now(UTC)),
        days_ahead=days_ahead,
        history=history,
        past=past,
    )
    dataset = Dataset(directory, options)
    people = populate(options)
    spaces = lay_out(options)
    forum = simulate_forum(options, people, spaces)
    board = simulate_board(options, people)
    desk = simulate_desk(options, people, forum)
    first_seen = {
        FORUM: _forum_arrivals(people),
        BOARD: board.first_seen(),
        DESK: {**dict.fromkeys(desk.agents, options.start_ms), **desk.first_seen()},
    }
    identity.open_accounts(options, people, first_seen)
    prose = Prose(generator(options.seed, "prose"))
    reached = standing(options, people, forum)
    titles = Titles(forum, spaces, prose)
    _write_forum(dataset, options, people, spaces, forum, reached, titles, prose)
    _write_board(dataset, options, people, board, prose)
    desk_writer = DeskWriter(options, people, desk, forum, spaces, titles, prose)
    _write_desk(dataset, desk_writer)
    known = recognize(options, people, forum, reached)
    Truth(directory, options, people, spaces, forum, reached, board, desk, known).write(desk_writer)
    write_seeds(directory, options, people, spaces, known)
    return dataset.summary(time.monotonic() - began)


class Dataset:
    """The files of a dataset, and how many records each took."""

    def __init__(self, directory: Path, options: Options) -> None:
        self.directory = directory
        self._options = options
        self._records: dict[str, int] = {}
        self._lines = 0

    @contextmanager
    def stream(self, name: str, *key: str) -> Iterator[StreamFile]:
        """Opens `<vendor>/<stream>` for writing records with this key (`id` if none is given)."""
        options = self._options
        out = StreamFile(
            self.directory / f"{name}.jsonl.gz",
            key or ("id",),
            start=options.start_ms,
            end=options.end_ms,
            history=options.history,
            past=options.past,
        )
        with out:
            yield out
        self._records[name] = out.records
        self._lines += out.lines

    def summary(self, seconds: float) -> Summary:
        """What was written so far."""
        return Summary(self.directory, dict(self._records), self._lines, seconds)


def _forum_arrivals(people: People) -> dict[int, int]:
    return {
        person: int(people.joined[person]) for person in range(len(people)) if people.role[person] != OUTSIDER
    }


def _write_forum(
    dataset: Dataset,
    options: Options,
    people: People,
    spaces: Spaces,
    forum: Forum,
    reached: Standing,
    titles: Titles,
    prose: Prose,
) -> None:
    authors = Authors(people, reached.moderators)
    with dataset.stream("discourse/posts") as out:
        write_posts(out, spaces, forum, authors, titles, prose, reached.levels)
    with dataset.stream("discourse/topics") as out:
        write_topics(out, options, spaces, forum, authors, titles)
    with dataset.stream("discourse/users") as out:
        write_users(out, options, people, forum, reached)
    with (
        dataset.stream("discourse/groups") as groups,
        dataset.stream("discourse/group_members", "_group_id", "id") as members,
    ):
        write_groups(groups, members, options, people, reached)
    with dataset.stream("discourse/badges") as badges, dataset.stream("discourse/user_badges") as grants:
        write_badges(badges, grants, options, people, forum, reached, authors)
    with (
        dataset.stream("discourse/categories") as categories,
        dataset.stream("discourse/tags", "name") as tags,
    ):
        write_spaces(categories, tags, options, spaces, forum)


def _write_board(dataset: Dataset, options: Options, people: People, board: Board, prose: Prose) -> None:
    companies = Companies(options, people, board)
    writer = BoardWriter(options, people, board, companies, prose)
    with (
        dataset.stream("uservoice/forums") as forums,
        dataset.stream("uservoice/statuses") as statuses,
        dataset.stream("uservoice/categories") as categories,
        dataset.stream("uservoice/labels") as labels,
    ):
        write_static(forums, statuses, categories, labels, options, board)
    for name, fill in (
        ("suggestions", writer.suggestions),
        ("supporters", writer.supporters),
        ("comments", writer.comments),
        ("status_updates", writer.status_updates),
    ):
        with dataset.stream(f"uservoice/{name}") as out:
            fill(out)
    with dataset.stream("uservoice/nps_ratings") as ratings, dataset.stream("uservoice/users") as users:
        writer.ratings_and_users(ratings, users)
    with (
        dataset.stream("uservoice/external_accounts") as accounts,
        dataset.stream("uservoice/external_users") as persons,
    ):
        companies.write(accounts, persons)


def _write_desk(dataset: Dataset, writer: DeskWriter) -> None:
    with (
        dataset.stream("zendesk/groups") as groups,
        dataset.stream("zendesk/brands") as brands,
        dataset.stream("zendesk/ticket_fields") as fields,
        dataset.stream("zendesk/organizations") as organizations,
    ):
        writer.static(groups, brands, fields, organizations)
    with dataset.stream("zendesk/users") as users:
        writer.users(users)
    with (
        dataset.stream("zendesk/tickets") as tickets,
        dataset.stream("zendesk/ticket_events") as events,
        dataset.stream("zendesk/ticket_metric_events") as metrics,
        dataset.stream("zendesk/satisfaction_ratings") as ratings,
        dataset.stream("zendesk/deleted_tickets") as deleted,
    ):
        writer.tickets_and_events(tickets, events, metrics, ratings, deleted)
