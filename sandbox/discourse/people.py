"""Accounts: public profiles, their actions, and the lists only administrators get."""

from __future__ import annotations

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import NULL, Record
from sandbox.discourse.forum import Forum, admin_only, invalid, not_found, viewer_of
from sandbox.discourse.shapes import REGULAR
from sandbox.web import answer, is_true, listed, number, page_of, without

_USERS_PAGE = 100
_ACTIONS_PAGE = 30
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


class People:
    """What shows accounts."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/user_actions", self._user_actions),
            Route("/u/{username:str}/emails", self._emails),
            Route("/u/{username:str}", self._user),
            Route("/users/{username:str}", self._user),
            Route("/admin/users/list/{flag:str}", self._admin_users),
            Route("/admin/users", self._admin_users),
            Route("/admin/users/{id:int}", self._admin_user),
        ]

    async def _user(self, request: Request) -> Response:
        row = self._forum.user_row(request.path_params["username"])
        return answer({"user_badges": [], "user": _public_user(self._dataset["users"].record(row))})

    async def _emails(self, request: Request) -> Response:
        admin_only(request)
        user = self._dataset["users"].record(self._forum.user_row(request.path_params["username"]))
        return answer(
            {
                "email": user.get("email"),
                "secondary_emails": user.get("secondary_emails") or [],
                "unconfirmed_emails": user.get("unconfirmed_emails") or [],
                "associated_accounts": user.get("associated_accounts") or [],
            }
        )

    async def _admin_users(self, request: Request) -> Response:
        admin_only(request)
        flag = request.path_params.get("flag", "active")
        if flag not in _ADMIN_LISTS:
            raise not_found()
        users = self._dataset["users"]
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
        page = max(1, number(request, "page", 1, invalid("page")))
        shown = page_of(request, rows, (page - 1) * _USERS_PAGE, page * _USERS_PAGE)
        bodies = users.bodies(shown)
        if not is_true(request, "show_emails"):
            bodies = [without(body, *_EMAIL_FIELDS) for body in bodies]
        return answer(listed(bodies))

    async def _admin_user(self, request: Request) -> Response:
        admin_only(request)
        users = self._dataset["users"]
        row = users.find(request.path_params["id"])
        if row is None:
            raise not_found()
        return answer(orjson.Fragment(without(users.body(row), *_EMAIL_FIELDS)))

    async def _user_actions(self, request: Request) -> Response:
        """Topics opened (4) and replies (5); datasets don't know when likes were given."""
        user = self._dataset["users"].record(self._forum.user_row(request.query_params.get("username", "")))
        wanted = {
            int(text) for text in request.query_params.get("filter", "4,5").split(",") if text.isdigit()
        }
        offset = number(request, "offset", 0, invalid("offset"), low=0)
        posts = self._dataset["posts"]
        rows = posts.rows()
        hidden = self._forum.hidden_topic_ids(viewer_of(request), in_lists=True)
        opens = posts.column("number")[rows] == 1
        chosen = (posts.column("author")[rows] == user["id"]) & (posts.column("type")[rows] == REGULAR)
        chosen &= (posts.column("deleted")[rows] == 0) & ~np.isin(posts.column("topic")[rows], hidden)
        chosen &= (opens & (4 in wanted)) | (~opens & (5 in wanted))
        rows = rows[chosen]
        rows = rows[np.lexsort((posts.column("id")[rows], posts.column("created")[rows]))[::-1]]
        shown = page_of(request, rows, offset, offset + _ACTIONS_PAGE)
        return answer({"user_actions": [self._action(posts.record(row), user) for row in shown.tolist()]})

    def _action(self, post: Record, user: Record) -> Record:
        topics = self._dataset["topics"]
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


def _public_user(user: Record) -> Record:
    return {
        name: value for name, value in user.items() if name not in _PRIVATE_USER_FIELDS and name[:1] != "_"
    }
