"""Stand-in for a Discourse forum's JSON API (https://docs.discourse.org).

Three kinds of reader see different things: an admin key everything, a user key and nobody only what is
public. Topic lists put pinned topics first on page 0, topics give their posts in chunks of 20 with the
ids of all, `/posts.json` walks down the newest 50 below `before`. A path is answered in JSON if it ends
in `.json` or the client accepts `application/json`, else as a web page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.dataset import NULL, Dataset, Record, Rows, Shape, Table, number_of, time_of
from sandbox.limits import Budget, Meter
from sandbox.web import Refusal, answer, is_true, listed, number, page_of, refusal_of

ADMIN_KEY = "sandbox-admin-key"
USER_KEY = "sandbox-user-key"

OPTIONS = {
    "posts_window": ("exclusive", "inclusive"),
    "directory": ("on", "off"),
    "detailed_404": ("off", "on"),
}
"""`posts_window`: inclusive is the id window `before-50 < id <= before` of old servers; `directory`: whether
the user directory is public; `detailed_404`: deleted topics answer 410."""

CHUNK = 20
_LIST_PAGE = 30
_POSTS_PAGE = 50
_USERS_PAGE = 100
_DIRECTORY_PAGE = 50
_DIRECTORY_LAST_PAGE = 10
_GROUPS_PAGE = 36
_BADGES_PAGE = 96
_ACTIONS_PAGE = 30
_LIKERS_MOST = 200

_REGULAR, _WHISPER = 1, 4
_LIKE = 2

_ADMIN_MINUTE = Budget("admin key", 60, 60)
_USER_MINUTE = Budget("user key minute", 20, 60)
_USER_DAY = Budget("user key day", 2_880, 86_400)
_IP_10_SECONDS = Budget("ip 10 seconds", 50, 10)
_IP_MINUTE = Budget("ip minute", 200, 60)

_EMAIL_FIELDS = ("email", "secondary_emails", "unconfirmed_emails")
_PRIVATE_USER_FIELDS = (
    *_EMAIL_FIELDS,
    "ip_address",
    "registration_ip_address",
    "associated_accounts",
    "single_sign_on_record",
    "user_auth_tokens",
    "last_emailed_at",
    "last_emailed_age",
    "api_key_count",
    "penalty_counts",
)
_LIST_ORDERS = {
    "default": "bumped",
    "activity": "bumped",
    "created": "created",
    "views": "views",
    "posts": "posts",
    "likes": "likes",
    "op_likes": "op_likes",
    "category": "category",
    "posters": "posters",
}
_USER_ORDERS = {
    "created": "created",
    "seen": "seen",
    "last_emailed": "emailed",
    "trust_level": "trust",
    "days_visited": "days",
    "posts_read": "posts_read",
    "topics_viewed": "topics_entered",
    "posts": "posts",
}
_ADMIN_LISTS = ("active", "new", "all", "staff", "suspended", "silenced", "staged", "pending")
_DIRECTORY_ORDERS = (
    "likes_received",
    "likes_given",
    "topic_count",
    "post_count",
    "topics_entered",
    "posts_read",
    "days_visited",
)
_PERIODS = ("daily", "weekly", "monthly", "quarterly", "yearly", "all")


def _flag(name: str) -> Callable[[Record], int]:
    return lambda record: 1 if record.get(name) else 0


def _is_hidden_list(record: Record) -> int:
    return 1 if record.get("visible") is False else 0


def _is_message(record: Record) -> int:
    return 1 if record.get("archetype") == "private_message" else 0


def _is_pinned(record: Record) -> int:
    everywhere = record.get("pinned_globally")
    return 1 if everywhere or (everywhere is None and record.get("pinned")) else 0


def _likes_of(post: Record) -> int:
    return sum(one.get("count") or 0 for one in post.get("actions_summary") or [] if one.get("id") == _LIKE)


_SHAPES: dict[str, Shape] = {
    "topics": Shape(
        {
            "id": number_of("id"),
            "bumped": time_of("bumped_at"),
            "created": time_of("created_at"),
            "views": number_of("views"),
            "posts": number_of("posts_count"),
            "likes": number_of("like_count"),
            "op_likes": number_of("op_like_count"),
            "posters": lambda record: len(record.get("posters") or []),
            "category": number_of("category_id"),
            "author": number_of("user_id"),
            "pinned": _is_pinned,
            "message": _is_message,
            "unlisted": _is_hidden_list,
            "deleted": _flag("deleted_at"),
        }
    ),
    "posts": Shape(
        {
            "id": number_of("id"),
            "topic": number_of("topic_id"),
            "number": number_of("post_number"),
            "type": number_of("post_type"),
            "deleted": _flag("deleted_at"),
            "author": number_of("user_id"),
            "likes": _likes_of,
            "accepted": _flag("accepted_answer"),
            "created": time_of("created_at"),
            "reply_to": number_of("reply_to_post_number"),
        }
    ),
    "users": Shape(
        {
            "id": number_of("id"),
            "created": time_of("created_at"),
            "seen": time_of("last_seen_at"),
            "emailed": time_of("last_emailed_at"),
            "trust": number_of("trust_level"),
            "days": number_of("days_visited"),
            "posts_read": number_of("posts_read_count"),
            "topics_entered": number_of("topics_entered"),
            "posts": number_of("post_count"),
            "staff": lambda record: 1 if record.get("admin") or record.get("moderator") else 0,
            "suspended": _flag("suspended"),
            "silenced": _flag("silenced"),
            "staged": _flag("staged"),
        }
    ),
    "categories": Shape(),
    "tags": Shape(key=("name",)),
    "groups": Shape(),
    "group_members": Shape(
        {"group": number_of("_group_id"), "owner": _flag("_is_owner")}, key=("_group_id", "id")
    ),
    "topic_views": Shape(),
    "badges": Shape(),
    "user_badges": Shape(
        {
            "id": number_of("id"),
            "badge": number_of("badge_id"),
            "user": number_of("user_id"),
            "granted": time_of("granted_at"),
        }
    ),
}


@dataclass(frozen=True)
class Viewer:
    """Who reads."""

    is_admin: bool
    is_user_key: bool = False
    user_id: int | None = None

    @property
    def rights(self) -> str:
        """`admin` or `public`: what the reader sees depends on nothing else."""
        return "admin" if self.is_admin else "public"


class Discourse:
    """One forum over one dataset."""

    def __init__(
        self,
        dataset: Dataset,
        clock: SandboxClock,
        *,
        limited: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        chosen = options or {}
        self.dataset = dataset
        self._clock = clock
        self._meter = Meter(limited)
        self._old_window = chosen.get("posts_window") == "inclusive"
        self._directory_on = chosen.get("directory") != "off"
        self._detailed_404 = chosen.get("detailed_404") == "on"
        self._router = Router(
            [
                Route("/", self._home),
                Route("/latest", self._latest),
                Route("/c/{id:int}/show", self._category),
                Route("/c/{id:int}", self._category_topics),
                Route("/c/{id:int}/l/latest", self._category_topics),
                Route("/c/{slug:str}/{id:int}", self._category_topics),
                Route("/c/{slug:str}/{id:int}/l/latest", self._category_topics),
                Route("/topics/created-by/{username:str}", self._topics_by),
                Route("/t/{id:int}/posts", self._posts_by_id),
                Route("/t/{id:int}/post_ids", self._post_ids),
                Route("/t/{id:int}", self._topic),
                Route("/t/{id:int}/{post_number:int}", self._topic),
                Route("/t/{slug:str}/{id:int}", self._topic),
                Route("/t/{slug:str}/{id:int}/{post_number:int}", self._topic),
                Route("/posts", self._latest_posts),
                Route("/posts/by_number/{topic_id:int}/{post_number:int}", self._post_by_number),
                Route("/posts/{id:int}/replies", self._replies),
                Route("/posts/{id:int}", self._post),
                Route("/post_action_users", self._post_action_users),
                Route("/categories", self._categories),
                Route("/site", self._site),
                Route("/site/basic-info", self._basic_info),
                Route("/about", self._about),
                Route("/tags", self._tags),
                Route("/tag_groups", self._tag_groups),
                Route("/groups", self._groups),
                Route("/groups/search", self._group_search),
                Route("/groups/{name:str}/members", self._group_members),
                Route("/groups/{name:str}", self._group),
                Route("/badges", self._badges),
                Route("/admin/badges", self._admin_badges),
                Route("/user_badges", self._user_badges),
                Route("/user-badges/{username:str}", self._badges_of_user),
                Route("/user_actions", self._user_actions),
                Route("/directory_items", self._directory),
                Route("/u/{username:str}/emails", self._emails),
                Route("/u/{username:str}", self._user),
                Route("/users/{username:str}", self._user),
                Route("/admin/users/list/{flag:str}", self._admin_users),
                Route("/admin/users", self._admin_users),
                Route("/admin/users/{id:int}", self._admin_user),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if not scope.get("sandbox.json") and "application/json" not in request.headers.get("accept", ""):
            await HTMLResponse("<!DOCTYPE html><html><head><title>Forum</title></head></html>")(
                scope, receive, send
            )
            return
        try:
            self._spend_address()
            scope["sandbox.viewer"] = self._viewer(request.headers)
            await self._router(scope, receive, send)
        except Exception as error:
            await refusal_of(error, self)(scope, receive, send)

    def not_found(self) -> Refusal:
        """The answer for an unknown path, and for admin paths asked for by others."""
        message = "The requested URL or resource could not be found."
        return Refusal(404, {"errors": [message], "error_type": "not_found"})

    def expire_tokens(self) -> bool:
        """API keys don't expire; nothing to renew."""
        return False

    # Who asks, and how often

    def _viewer(self, headers: Headers) -> Viewer:
        if (key := headers.get("api-key")) is not None:
            name = headers.get("api-username", "")
            row = self._usernames().get(name.lower())
            if key != ADMIN_KEY or (row is None and name.lower() != "system"):
                raise _denied("The API username or key is invalid.")
            self._spend(_ADMIN_MINUTE, "admin_api_key_rate_limit")
            if row is None:
                return Viewer(is_admin=True, user_id=-1)
            user = self.dataset["users"].record(row)
            return Viewer(is_admin=bool(user.get("admin")) or name.lower() == "system", user_id=user["id"])
        if (key := headers.get("user-api-key")) is not None:
            if key != USER_KEY:
                raise _denied("")
            self._spend(_USER_MINUTE, "user_api_key_limiter_60_secs")
            self._spend(_USER_DAY, "user_api_key_limiter_1_day")
            return Viewer(is_admin=False, is_user_key=True)
        return Viewer(is_admin=False)

    def _spend_address(self) -> None:
        for budget, code in ((_IP_10_SECONDS, "ip_10_secs_limit"), (_IP_MINUTE, "ip_60_secs_limit")):
            spent = self._meter.take(budget)
            if spent.refused:
                headers = {"Retry-After": str(spent.wait_seconds), "Discourse-Rate-Limit-Error-Code": code}
                wait = f"Please retry again in {spent.wait_seconds} seconds."
                text = f"Slow down, too many requests from this IP address.\n{wait}\nError code: {code}."
                raise Refusal(429, text, headers)

    def _spend(self, budget: Budget, code: str) -> None:
        spent = self._meter.take(budget)
        if spent.refused:
            raise too_many(spent.wait_seconds, code)

    def _admin_only(self, request: Request) -> None:
        viewer = _viewer_of(request)
        if viewer.is_user_key:
            raise _denied("")
        if not viewer.is_admin:
            raise self.not_found()

    # What a reader may see

    def _private_categories(self) -> set[int]:
        def make() -> set[int]:
            return {one["id"] for one in self.dataset["categories"].records() if one.get("read_restricted")}

        return self.dataset.derived("private categories", make)

    def _seen_topics(self, viewer: Viewer, *, in_lists: bool) -> Rows:
        """Rows of the topics a reader may open, or finds in lists (no messages, deleted or unlisted ones)."""

        def make() -> Rows:
            topics = self.dataset["topics"]
            rows = topics.rows()
            hidden = topics.column("message")[rows] != 0
            deleted = topics.column("deleted")[rows] != 0
            private = np.isin(topics.column("category")[rows], list(self._private_categories()))
            if in_lists:
                hidden = hidden | deleted
            if not viewer.is_admin:
                hidden = hidden | deleted | private
                if in_lists:
                    hidden = hidden | (topics.column("unlisted")[rows] != 0)
            elif not in_lists:
                hidden = np.zeros(len(rows), dtype=bool)
            seen: Rows = rows[~hidden]
            return seen

        return self.dataset.derived(f"topics {viewer.rights} {in_lists}", make)

    def _hidden_topic_ids(self, viewer: Viewer, *, in_lists: bool) -> Rows:
        topics = self.dataset["topics"]
        ids = topics.column("id")
        return np.setdiff1d(ids[topics.rows()], ids[self._seen_topics(viewer, in_lists=in_lists)])

    def _topic_row(self, topic_id: int, viewer: Viewer) -> int:
        topics = self.dataset["topics"]
        row = topics.find(topic_id)
        if row is None:
            raise self.not_found()
        if viewer.is_admin:
            return row
        if topics.column("deleted")[row]:
            if self._detailed_404:
                raise Refusal(410, {"errors": ["This topic has been deleted."], "error_type": "not_found"})
            raise self.not_found()
        if topics.column("message")[row] or int(topics.column("category")[row]) in self._private_categories():
            raise _denied("")
        return row

    def _posts_of_topics(self) -> tuple[Rows, Rows]:
        """All live posts sorted by (topic, post number, id), and their topics."""

        def make() -> tuple[Rows, Rows]:
            posts = self.dataset["posts"]
            rows = posts.rows()
            topic = posts.column("topic")[rows]
            order = np.lexsort((posts.column("id")[rows], posts.column("number")[rows], topic))
            return rows[order], topic[order]

        return self.dataset.derived("posts of topics", make)

    def _posts_of(self, topic_id: int, viewer: Viewer, *, show_deleted: bool = False) -> Rows:
        """The posts of a topic a reader may see, in order."""
        rows, topics = self._posts_of_topics()
        first, stop = np.searchsorted(topics, [topic_id, topic_id + 1])
        chosen = rows[first:stop]
        posts = self.dataset["posts"]
        types, deleted = posts.column("type")[chosen], posts.column("deleted")[chosen]
        seen = np.ones(len(chosen), dtype=bool) if viewer.is_admin else types != _WHISPER
        if not (viewer.is_admin and show_deleted):
            seen &= deleted == 0
        return chosen[seen]

    def _usernames(self) -> dict[str, int]:
        def make() -> dict[str, int]:
            users = self.dataset["users"]
            return {str(users.record(row).get("username")).lower(): row for row in users.rows().tolist()}

        return self.dataset.derived("usernames", make)

    def _user_row(self, username: str) -> int:
        row = self._usernames().get(username.lower())
        if row is None:
            raise self.not_found()
        return row

    # Topic lists

    async def _latest(self, request: Request) -> Response:
        wanted = request.query_params.get("category")
        if wanted is None:
            return self._topic_list(request, "latest", lambda topics, rows: rows, pinning=True)
        category = int(wanted) if wanted.isdigit() else NULL
        return self._topic_list(
            request,
            "latest",
            lambda topics, rows: rows[topics.column("category")[rows] == category],
            pinning=True,
        )

    async def _category_topics(self, request: Request) -> Response:
        viewer, wanted = _viewer_of(request), request.path_params["id"]
        categories = self.dataset["categories"]
        if categories.find(wanted) is None:
            raise self.not_found()
        if wanted in self._private_categories() and not viewer.is_admin:
            raise _denied("")
        family = [
            wanted,
            *(one["id"] for one in categories.records() if one.get("parent_category_id") == wanted),
        ]
        return self._topic_list(
            request,
            f"c/{wanted}",
            lambda topics, rows: rows[np.isin(topics.column("category")[rows], family)],
            pinning=True,
        )

    async def _topics_by(self, request: Request) -> Response:
        username = request.path_params["username"]
        author = self.dataset["users"].record(self._user_row(username))["id"]
        return self._topic_list(
            request,
            f"topics/created-by/{username}",
            lambda topics, rows: rows[topics.column("author")[rows] == author],
            pinning=False,
        )

    def _topic_list(
        self, request: Request, path: str, choose: Callable[[Table, Rows], Rows], *, pinning: bool
    ) -> Response:
        per_page = number(request, "per_page", _LIST_PAGE, _invalid("per_page"), low=1)
        if per_page > 100:
            raise _invalid("per_page")
        page = number(request, "page", 0, _invalid("page"), low=0)
        column = _LIST_ORDERS.get(request.query_params.get("order") or "default", "bumped")
        rising, viewer = is_true(request, "ascending"), _viewer_of(request)

        def in_order() -> Rows:
            topics = self.dataset["topics"]
            rows = choose(topics, self._seen_topics(viewer, in_lists=True))
            places = np.lexsort((topics.column("id")[rows], topics.column(column)[rows]))
            rows = rows[places if rising else places[::-1]]
            if pinning and column == "bumped":
                pinned = topics.column("pinned")[rows] != 0
                rows = np.concatenate([rows[pinned], rows[~pinned]])
            return rows

        category = request.query_params.get("category")
        rows = self.dataset.derived(f"list {path} {category} {viewer.rights} {column} {rising}", in_order)
        start, stop = page * per_page, (page + 1) * per_page
        bodies = self.dataset["topics"].bodies(page_of(request, rows, start, stop))
        listing: dict[str, Any] = {"can_create_topic": False}
        if stop < len(rows):
            kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
            more = urlencode([("no_definitions", "true"), *kept, ("page", page + 1)])
            listing["more_topics_url"] = f"{request.scope.get('root_path', '')}/{path}?{more}"
        listing |= {"per_page": per_page, "top_tags": [], "topics": listed(bodies)}
        return answer({"users": self._users_of(bodies), "primary_groups": [], "topic_list": listing})

    def _users_of(self, bodies: Iterable[bytes]) -> list[Record]:
        """The people who stand beside a list of topics."""
        ids = {
            poster.get("user_id")
            for body in bodies
            for poster in orjson.loads(body).get("posters") or []
            if isinstance(poster, dict)
        }
        return [brief for one in sorted(filter(None, ids)) if (brief := self._brief(one)) is not None]

    def _brief(self, user_id: int) -> Record | None:
        users = self.dataset["users"]
        row = users.find(user_id)
        return None if row is None else _brief_of(users.record(row))

    # One topic

    async def _topic(self, request: Request) -> Response:
        viewer, topic_id = _viewer_of(request), request.path_params["id"]
        row = self._topic_row(topic_id, viewer)
        topic = self.dataset["topics"].record(row)
        rows = self._posts_of(topic_id, viewer, show_deleted=is_true(request, "show_deleted"))
        last_page = max(1, -(-len(rows) // CHUNK))
        page = max(1, number(request, "page", 1, _invalid("page")))
        if page > last_page:
            ending = ".json" if request.scope.get("sandbox.json") else ""
            place = f"{request.scope.get('root_path', '')}/t/{topic.get('slug') or '-'}/{topic_id}{ending}"
            return RedirectResponse(f"{place}?page={last_page}", 301)
        if "post_number" in request.path_params and "page" not in request.query_params:
            numbers = self.dataset["posts"].column("number")[rows]
            before = int(np.count_nonzero(numbers < request.path_params["post_number"]))
            page = min(before // CHUNK + 1, last_page)
        shown = page_of(request, rows, (page - 1) * CHUNK, page * CHUNK)
        stream = self.dataset["posts"].column("id")[rows].tolist()
        posts = self._post_bodies(shown, raw=is_true(request, "include_raw"))
        return answer(self._view(topic, rows) | {"post_stream": {"posts": listed(posts), "stream": stream}})

    def _view(self, topic: Record, rows: Rows) -> Record:
        """A topic's own page: as the dataset has it, else made from its entry in lists and from its posts."""
        views = self.dataset["topic_views"]
        known = views.find(topic["id"])
        if known is not None:
            return {**views.record(known), "chunk_size": CHUNK}
        view = {
            name: value for name, value in topic.items() if name not in _ONLY_IN_LISTS and name[:1] != "_"
        }
        posts = self.dataset["posts"]
        authors = Counter(self.dataset["posts"].column("author")[rows].tolist())
        participants = [
            {**brief, "post_count": count}
            for one, count in authors.most_common(24)
            if (brief := self._brief(one)) is not None
        ]
        view["details"] = {
            "created_by": self._brief(topic.get("user_id") or 0),
            "last_poster": self._brief(int(self.dataset["posts"].column("author")[rows[-1]]))
            if len(rows)
            else None,
            "participants": participants,
        }
        view["participant_count"] = len(authors)
        accepted = rows[self.dataset["posts"].column("accepted")[rows] != 0]
        if len(accepted):
            post = posts.record(int(accepted[0]))
            view["accepted_answer"] = {
                "post_number": post.get("post_number"),
                "username": post.get("username"),
                "name": post.get("name"),
                "excerpt": post.get("excerpt"),
            }
        return {**view, "chunk_size": CHUNK}

    def _post_bodies(self, rows: Rows, *, raw: bool) -> list[bytes]:
        """Posts as topics show them: the source text only where asked for."""
        bodies = self.dataset["posts"].bodies(rows)
        return bodies if raw else [_without_raw(body) for body in bodies]

    async def _posts_by_id(self, request: Request) -> Response:
        viewer, topic_id = _viewer_of(request), request.path_params["id"]
        self._topic_row(topic_id, viewer)
        wanted = [*request.query_params.getlist("post_ids[]"), *request.query_params.getlist("post_ids")]
        rows = self._posts_of(topic_id, viewer, show_deleted=bool(wanted))
        if wanted:
            ids = [int(one) for text in wanted for one in text.split(",") if one.strip().isdigit()]
            shown = page_of(
                request, rows[np.isin(self.dataset["posts"].column("id")[rows], ids)], 0, len(rows)
            )
        else:
            shown = page_of(request, rows, 0, CHUNK)
        posts = self._post_bodies(shown, raw=is_true(request, "include_raw"))
        return answer({"post_stream": {"posts": listed(posts)}, "id": topic_id})

    async def _post_ids(self, request: Request) -> Response:
        viewer, topic_id = _viewer_of(request), request.path_params["id"]
        self._topic_row(topic_id, viewer)
        return answer(
            {"post_ids": self.dataset["posts"].column("id")[self._posts_of(topic_id, viewer)].tolist()}
        )

    # Posts

    async def _latest_posts(self, request: Request) -> Response:
        viewer = _viewer_of(request)

        def make() -> tuple[Rows, Rows]:
            posts = self.dataset["posts"]
            rows = posts.rows()
            seen = (posts.column("type")[rows] == _REGULAR) & (posts.column("deleted")[rows] == 0)
            unlisted = self._hidden_topic_ids(viewer, in_lists=True)
            seen &= ~np.isin(posts.column("topic")[rows], unlisted)
            rows = rows[seen]
            ids = posts.column("id")[rows]
            order = np.argsort(ids)
            return rows[order], ids[order]

        rows, ids = self.dataset.derived(f"latest posts {viewer.rights}", make)
        before = number(request, "before", 0, _invalid("before"))
        newest = int(ids[-1]) if len(ids) else 0
        if self._old_window:
            top = before if before > 0 else newest
            first, stop = np.searchsorted(ids, [top - _POSTS_PAGE, top], side="right")
        else:
            stop = np.searchsorted(ids, before, side="left") if before > 0 else len(ids)
            first = max(0, stop - _POSTS_PAGE)
        start = len(rows) - int(stop)
        shown = page_of(request, rows[::-1], start, start + int(stop - first))
        return answer({"latest_posts": listed(self.dataset["posts"].bodies(shown))})

    async def _post(self, request: Request) -> Response:
        return self._one_post(_viewer_of(request), self.dataset["posts"].find(request.path_params["id"]))

    async def _post_by_number(self, request: Request) -> Response:
        viewer, topic_id = _viewer_of(request), request.path_params["topic_id"]
        self._topic_row(topic_id, viewer)
        rows = self._posts_of(topic_id, viewer)
        found = rows[self.dataset["posts"].column("number")[rows] == request.path_params["post_number"]]
        return self._one_post(viewer, int(found[0]) if len(found) else None)

    def _one_post(self, viewer: Viewer, row: int | None) -> Response:
        if row is None:
            raise self.not_found()
        if self.dataset["posts"].column("deleted")[row] and not viewer.is_admin:
            raise self.not_found()
        topic_id = int(self.dataset["posts"].column("topic")[row])
        if self.dataset["topics"].find(topic_id) is not None:
            self._topic_row(topic_id, viewer)
        return answer(orjson.Fragment(self.dataset["posts"].body(row)))

    async def _replies(self, request: Request) -> Response:
        viewer, posts = _viewer_of(request), self.dataset["posts"]
        row = posts.find(request.path_params["id"])
        if row is None:
            raise self.not_found()
        topic_id = int(self.dataset["posts"].column("topic")[row])
        self._topic_row(topic_id, viewer)
        rows = self._posts_of(topic_id, viewer)
        answers = rows[
            self.dataset["posts"].column("reply_to")[rows] == self.dataset["posts"].column("number")[row]
        ]
        return answer(listed(self._post_bodies(answers, raw=False)))

    async def _post_action_users(self, request: Request) -> Response:
        row = self.dataset["posts"].find(number(request, "id", 0, _invalid("id")))
        if row is None:
            raise self.not_found()
        self._one_post(_viewer_of(request), row)
        number(request, "limit", _LIKERS_MOST, _invalid("limit"), low=1)
        # Datasets know how many liked a post, not who did.
        return answer({"post_action_users": []})

    # Categories, tags, the site

    async def _categories(self, request: Request) -> Response:
        seen = self._seen_categories(request)
        nested = is_true(request, "include_subcategories")
        children: dict[int, list[Record]] = {}
        for one in seen:
            if (parent := one.get("parent_category_id")) is not None:
                children.setdefault(parent, []).append(one)

        def shown(category: Record) -> Record:
            below = children.get(category["id"], [])
            category = {**category, "subcategory_ids": [one["id"] for one in below]}
            if nested:
                category["subcategory_list"] = [shown(one) for one in below]
            return category

        top = [shown(one) for one in seen if one.get("parent_category_id") is None]
        return answer(
            {"category_list": {"can_create_category": False, "can_create_topic": False, "categories": top}}
        )

    def _seen_categories(self, request: Request) -> list[Record]:
        seen = self.dataset["categories"].records()
        if not _viewer_of(request).is_admin:
            seen = [one for one in seen if not one.get("read_restricted")]
        return seen

    async def _category(self, request: Request) -> Response:
        found = [
            one for one in self.dataset["categories"].records() if one["id"] == request.path_params["id"]
        ]
        if not found:
            raise self.not_found()
        if found[0].get("read_restricted") and not _viewer_of(request).is_admin:
            raise _denied("")
        return answer({"category": found[0]})

    async def _site(self, request: Request) -> Response:
        return answer(
            {
                "default_archetype": "regular",
                "post_types": {"regular": 1, "moderator_action": 2, "small_action": 3, "whisper": 4},
                "trust_levels": {"newuser": 0, "basic": 1, "member": 2, "regular": 3, "leader": 4},
                "groups": [
                    {"id": one["id"], "name": one.get("name"), "automatic": one.get("automatic")}
                    for one in self._seen_groups(request)
                ],
                "periods": ["all", "yearly", "quarterly", "monthly", "weekly", "daily"],
                "post_action_types": [{"id": _LIKE, "name_key": "like", "name": "Like", "is_flag": False}],
                "can_create_tag": False,
                "can_tag_topics": bool(self.dataset["tags"].records()),
                "top_tags": [],
                "categories": self._seen_categories(request),
                "archetypes": [{"id": "regular", "name": "Regular Topic", "options": []}],
            }
        )

    async def _basic_info(self, request: Request) -> Response:
        return answer({"title": "Sandbox forum", "description": "", "login_required": False, "locale": "en"})

    async def _about(self, request: Request) -> Response:
        users = self.dataset["users"].records()
        staff = {role: [_brief_of(one) for one in users if one.get(role)] for role in ("admin", "moderator")}
        stats = {"topics_count": len(self.dataset["topics"]), "users_count": len(users)}
        return answer(
            {"about": {"stats": stats, "title": "Sandbox forum", "version": "sandbox"},
             "admins": staff["admin"], "moderators": staff["moderator"]}
        )  # fmt: skip

    async def _tags(self, request: Request) -> Response:
        tags = self.dataset["tags"]
        return answer({"tags": listed(tags.bodies(tags.rows())), "extras": {"categories": []}})

    async def _tag_groups(self, request: Request) -> Response:
        self._admin_only(request)
        return answer({"tag_groups": []})

    async def _home(self, request: Request) -> Response:
        return await self._latest(request)

    # Groups

    def _seen_groups(self, request: Request) -> list[Record]:
        groups = self.dataset["groups"].records()
        if not _viewer_of(request).is_admin:
            groups = [one for one in groups if not one.get("visibility_level")]
        return groups

    async def _groups(self, request: Request) -> Response:
        page = number(request, "page", 0, _invalid("page"), low=0)
        groups = self._seen_groups(request)
        start, stop = page * _GROUPS_PAGE, (page + 1) * _GROUPS_PAGE
        rows = page_of(request, np.arange(len(groups)), start, stop)
        return answer(
            {
                "groups": [groups[row] for row in rows.tolist()],
                "extras": {"type_filters": ["public", "automatic"]},
                "total_rows_groups": len(groups),
                "load_more_groups": f"{request.scope.get('root_path', '')}/groups?page={page + 1}",
            }
        )

    def _one_group(self, request: Request) -> Record:
        wanted = request.path_params["name"].lower()
        found = [one for one in self._seen_groups(request) if str(one.get("name")).lower() == wanted]
        if not found:
            raise self.not_found()
        return found[0]

    async def _group_search(self, request: Request) -> Response:
        return answer(self._seen_groups(request))

    async def _group(self, request: Request) -> Response:
        return answer({"group": self._one_group(request), "extras": {"visible_group_names": []}})

    async def _group_members(self, request: Request) -> Response:
        group = self._one_group(request)
        if group.get("members_visibility_level") and not _viewer_of(request).is_admin:
            raise _denied("")
        limit = number(request, "limit", 50, _invalid("limit"), low=0)
        offset = number(request, "offset", 0, _invalid("offset"), low=0)
        if limit > 1000:
            raise _invalid("limit")
        members = self.dataset["group_members"]
        rows = members.rows()
        rows = rows[members.column("group")[rows] == group["id"]]
        owners = rows[members.column("owner")[rows] != 0]
        return answer(
            {
                "members": listed(members.bodies(page_of(request, rows, offset, offset + limit))),
                "owners": listed(members.bodies(owners)),
                "meta": {"total": len(rows), "limit": limit, "offset": offset},
            }
        )

    # Badges

    def _badge_answer(self) -> Record:
        badges = self.dataset["badges"]
        return {
            "badges": listed(badges.bodies(badges.rows())),
            "badge_types": _BADGE_TYPES,
            "badge_groupings": [],
        }

    async def _badges(self, request: Request) -> Response:
        return answer(self._badge_answer())

    async def _admin_badges(self, request: Request) -> Response:
        self._admin_only(request)
        return answer(
            self._badge_answer() | {"admin_badges": {"protected_system_fields": [], "triggers": {}}}
        )

    async def _user_badges(self, request: Request) -> Response:
        badge = self.dataset["badges"].find(number(request, "badge_id", 0, _invalid("badge_id")))
        if badge is None:
            raise self.not_found()
        badge_id = self.dataset["badges"].record(badge)["id"]
        grants = self.dataset["user_badges"]
        rows = grants.rows()
        rows = rows[grants.column("badge")[rows] == badge_id]
        if username := request.query_params.get("username"):
            rows = rows[
                grants.column("user")[rows] == self.dataset["users"].record(self._user_row(username))["id"]
            ]
        order = np.lexsort((grants.column("id")[rows], grants.column("granted")[rows]))[::-1]
        offset = number(request, "offset", 0, _invalid("offset"), low=0)
        shown = page_of(request, rows[order], offset, offset + _BADGES_PAGE)
        given = [grants.record(row) for row in shown.tolist()]
        people = {one.get(name) for one in given for name in ("user_id", "granted_by_id")}
        return answer(
            {
                "badges": [orjson.Fragment(self.dataset["badges"].body(badge))],
                "badge_types": _BADGE_TYPES,
                "users": [
                    brief for one in sorted(filter(None, people)) if (brief := self._brief(one)) is not None
                ],
                "topics": [],
                "user_badge_info": {
                    "grant_count": len(rows) if username else None,
                    "username": username,
                    "user_badges": listed(grants.bodies(shown)),
                },
            }
        )

    async def _badges_of_user(self, request: Request) -> Response:
        user = self.dataset["users"].record(self._user_row(request.path_params["username"]))
        grants, badges = self.dataset["user_badges"], self.dataset["badges"]
        rows = grants.rows()
        rows = rows[grants.column("user")[rows] == user["id"]]
        held = [
            row
            for one in sorted(set(grants.column("badge")[rows].tolist()))
            if (row := badges.find(one)) is not None
        ]
        return answer(
            {
                "badges": listed(badges.bodies(held)),
                "badge_types": _BADGE_TYPES,
                "granted_bies": [],
                "user_badges": listed(grants.bodies(rows)),
            }
        )

    # People

    async def _user(self, request: Request) -> Response:
        row = self._user_row(request.path_params["username"])
        return answer({"user_badges": [], "user": _public_user(self.dataset["users"].record(row))})

    async def _emails(self, request: Request) -> Response:
        self._admin_only(request)
        user = self.dataset["users"].record(self._user_row(request.path_params["username"]))
        return answer(
            {
                "email": user.get("email"),
                "secondary_emails": user.get("secondary_emails") or [],
                "unconfirmed_emails": user.get("unconfirmed_emails") or [],
                "associated_accounts": user.get("associated_accounts") or [],
            }
        )

    async def _admin_users(self, request: Request) -> Response:
        self._admin_only(request)
        flag = request.path_params.get("flag", "active")
        if flag not in _ADMIN_LISTS:
            raise self.not_found()
        users = self.dataset["users"]
        rows = users.rows()
        if flag in ("staff", "suspended", "silenced", "staged"):
            rows = rows[users.column(flag)[rows] != 0]
        elif flag == "pending":
            rows = rows[:0]
        if email := request.query_params.get("email"):
            rows = rows[
                [str(users.record(row).get("email")).lower() == email.lower() for row in rows.tolist()]
            ]
        order = request.query_params.get("order", "")
        rising = is_true(request, "asc")
        values = users.column(_USER_ORDERS.get(order, "seen"))[rows]
        # PostgreSQL puts nulls at the end of a rising order and at the beginning of a falling one.
        values = np.where(values == NULL, np.iinfo(np.int64).max if order else NULL, values)
        places = np.lexsort((users.column("id")[rows], values))
        rows = rows[places if rising else places[::-1]]
        page = max(1, number(request, "page", 1, _invalid("page")))
        shown = page_of(request, rows, (page - 1) * _USERS_PAGE, page * _USERS_PAGE)
        bodies = users.bodies(shown)
        if not is_true(request, "show_emails"):
            bodies = [_without_emails(body) for body in bodies]
        return answer(listed(bodies))

    async def _admin_user(self, request: Request) -> Response:
        self._admin_only(request)
        users = self.dataset["users"]
        row = users.find(request.path_params["id"])
        if row is None:
            raise self.not_found()
        return answer(orjson.Fragment(_without_emails(users.body(row))))

    async def _directory(self, request: Request) -> Response:
        period = request.query_params.get("period")
        if not self._directory_on:
            raise _denied("")
        if period is None:
            raise Refusal(400, {"errors": ["param is missing or the value is empty: period"]})
        if period not in _PERIODS:
            raise _denied("")
        page = number(request, "page", 0, _invalid("page"), low=0)
        if page > _DIRECTORY_LAST_PAGE:
            raise _invalid("page")
        order = request.query_params.get("order") or _DIRECTORY_ORDERS[0]
        items = self._directory_items()
        rising = "asc" in request.query_params
        if order in _DIRECTORY_ORDERS:
            items = sorted(items, key=lambda item: (item[order] if rising else -item[order], item["id"]))
        start, stop = page * _DIRECTORY_PAGE, (page + 1) * _DIRECTORY_PAGE
        rows = page_of(request, np.arange(len(items)), start, stop)
        shown = [items[row] for row in rows.tolist()]
        own = _viewer_of(request).user_id
        if page == 0 and own is not None:
            place = next((at for at, item in enumerate(shown) if item["id"] == own), 10)
            shown = [item for item in items if item["id"] == own and place >= 10] + shown
        kept = [
            (name, request.query_params[name])
            for name in ("period", "order", "asc")
            if name in request.query_params
        ]
        prefix, query = request.scope.get("root_path", ""), urlencode([*kept, ("page", page + 1)])
        more = f"{prefix}/directory_items.json?{query}"
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        meta = {
            "last_updated_at": now,
            "total_rows_directory_items": len(items),
            "load_more_directory_items": more,
        }
        return answer({"directory_items": shown, "meta": meta})

    def _directory_items(self) -> list[Record]:
        def make() -> list[Record]:
            users, posts, topics = self.dataset["users"], self.dataset["posts"], self.dataset["topics"]
            rows, topic_rows = posts.rows(), topics.rows()
            rows = rows[(posts.column("type")[rows] == _REGULAR) & (posts.column("deleted")[rows] == 0)]
            authors = posts.column("author")[rows]
            written = Counter(authors.tolist())
            opened = Counter(topics.column("author")[topic_rows].tolist())
            liked: Counter[int] = Counter()
            for author, likes in zip(authors.tolist(), posts.column("likes")[rows].tolist(), strict=True):
                liked[author] += likes
            return [
                {
                    "id": user["id"],
                    "likes_received": liked[user["id"]],
                    "likes_given": user.get("likes_given") or 0,
                    "topics_entered": user.get("topics_entered") or 0,
                    "topic_count": opened[user["id"]],
                    "post_count": written[user["id"]],
                    "posts_read": user.get("posts_read_count") or 0,
                    "days_visited": user.get("days_visited") or 0,
                    "user": {**_brief_of(user), "title": user.get("title")},
                }
                for user in users.records()
                if user["id"] > 0 and not user.get("staged")
            ]

        return self.dataset.derived("directory", make)

    async def _user_actions(self, request: Request) -> Response:
        """Topics opened (4) and replies (5); datasets don't know when likes were given."""
        user = self.dataset["users"].record(self._user_row(request.query_params.get("username", "")))
        wanted = {
            int(text) for text in request.query_params.get("filter", "4,5").split(",") if text.isdigit()
        }
        offset = number(request, "offset", 0, _invalid("offset"), low=0)
        posts = self.dataset["posts"]
        rows = posts.rows()
        hidden = self._hidden_topic_ids(_viewer_of(request), in_lists=True)
        opens = posts.column("number")[rows] == 1
        chosen = (posts.column("author")[rows] == user["id"]) & (posts.column("type")[rows] == _REGULAR)
        chosen &= (posts.column("deleted")[rows] == 0) & ~np.isin(posts.column("topic")[rows], hidden)
        chosen &= (opens & (4 in wanted)) | (~opens & (5 in wanted))
        rows = rows[chosen]
        rows = rows[np.lexsort((posts.column("id")[rows], posts.column("created")[rows]))[::-1]]
        shown = page_of(request, rows, offset, offset + _ACTIONS_PAGE)
        return answer({"user_actions": [self._action(posts.record(row), user) for row in shown.tolist()]})

    def _action(self, post: Record, user: Record) -> Record:
        topics = self.dataset["topics"]
        row = topics.find(post["topic_id"])
        topic = topics.record(row) if row is not None else {}
        return {
            "excerpt": post.get("excerpt"),
            "action_type": 4 if post.get("post_number") == 1 else 5,
            "created_at": post.get("created_at"),
            "slug": post.get("topic_slug"),
            "topic_id": post["topic_id"],
            "target_user_id": user["id"],
            "target_name": user.get("name"),
            "target_username": user.get("username"),
            "post_number": post.get("post_number"),
            "post_id": post["id"],
            "username": post.get("username"),
            "name": post.get("name"),
            "user_id": post.get("user_id"),
            "acting_username": user.get("username"),
            "acting_name": user.get("name"),
            "acting_user_id": user["id"],
            "title": topic.get("title"),
            "deleted": False,
            "hidden": post.get("hidden"),
            "post_type": post.get("post_type"),
            "category_id": topic.get("category_id"),
            "closed": topic.get("closed"),
            "archived": topic.get("archived"),
        }


def make(
    dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
) -> Discourse:
    """A forum that serves `<dataset_directory>/discourse`."""
    return Discourse(
        Dataset(dataset_directory, "discourse", _SHAPES), clock, limited=limited, options=options
    )


def too_many(wait_seconds: int, code: str) -> Refusal:
    """The API key limiter's 429."""
    return Refusal(
        429,
        {
            "errors": [f"You've performed this action too many times. Please wait {wait_seconds} seconds."],
            "error_type": "rate_limit",
            "extras": {"wait_seconds": wait_seconds, "time_left": f"{wait_seconds} seconds"},
        },
        {"Retry-After": str(wait_seconds), "Discourse-Rate-Limit-Error-Code": code},
    )


_BADGE_TYPES = [
    {"id": 1, "name": "Gold", "sort_order": 9},
    {"id": 2, "name": "Silver", "sort_order": 8},
    {"id": 3, "name": "Bronze", "sort_order": 7},
]
_ONLY_IN_LISTS = (
    "bumped",
    "bumped_at",
    "unseen",
    "liked",
    "op_like_count",
    "posters",
    "last_poster_username",
    "has_accepted_answer",
    "excerpt",
)


def _viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.scope["sandbox.viewer"]
    return viewer


def _denied(more: str) -> Refusal:
    message = f"You are not permitted to view the requested resource. {more}".strip()
    return Refusal(403, {"errors": [message], "error_type": "invalid_access"})


def _invalid(name: str) -> Refusal:
    message = f"You supplied invalid parameters to the request: {name}"
    return Refusal(400, {"errors": [message], "error_type": "invalid_parameters"})


def _brief_of(user: Record) -> Record:
    return {name: user.get(name) for name in ("id", "username", "name", "avatar_template")}


def _public_user(user: Record) -> Record:
    return {
        name: value for name, value in user.items() if name not in _PRIVATE_USER_FIELDS and name[:1] != "_"
    }


def _without_raw(body: bytes) -> bytes:
    if b'"raw"' not in body:
        return body
    record = orjson.loads(body)
    record.pop("raw", None)
    return orjson.dumps(record)


def _without_emails(body: bytes) -> bytes:
    if b"email" not in body:
        return body
    record = orjson.loads(body)
    for name in _EMAIL_FIELDS:
        record.pop(name, None)
    return orjson.dumps(record)
