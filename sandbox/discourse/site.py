"""What a forum says about itself: categories, tags, settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import Record
from sandbox.discourse.forum import Forum, admin_only, brief_of, denied, not_found, viewer_of
from sandbox.discourse.shapes import LIKE
from sandbox.web import answer, is_true, listed


class Site:
    """Categories, tags and the site's own pages."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/c/{id:int}/show", self._category),
            Route("/categories", self._categories),
            Route("/site", self._site),
            Route("/site/basic-info", self._basic_info),
            Route("/about", self._about),
            Route("/tags", self._tags),
            Route("/tag_groups", self._tag_groups),
        ]

    async def _categories(self, request: Request) -> Response:
        seen = self._forum.seen_categories(request)
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

        # A category whose parent can't be seen stands at the top.
        ids = {one["id"] for one in seen}
        top = [shown(one) for one in seen if one.get("parent_category_id") not in ids]
        return answer(
            {"category_list": {"can_create_category": False, "can_create_topic": False, "categories": top}}
        )

    async def _category(self, request: Request) -> Response:
        found = [
            one for one in self._dataset["categories"].records() if one["id"] == request.path_params["id"]
        ]
        if not found:
            raise not_found()
        if found[0].get("read_restricted") and not viewer_of(request).is_admin:
            raise denied("")
        return answer({"category": found[0]})

    async def _site(self, request: Request) -> Response:
        return answer(
            {
                "default_archetype": "regular",
                "post_types": {"regular": 1, "moderator_action": 2, "small_action": 3, "whisper": 4},
                "trust_levels": {"newuser": 0, "basic": 1, "member": 2, "regular": 3, "leader": 4},
                "groups": [
                    {"id": one["id"], "name": one.get("name"), "automatic": one.get("automatic")}
                    for one in self._forum.seen_groups(request)
                ],
                "periods": ["all", "yearly", "quarterly", "monthly", "weekly", "daily"],
                "post_action_types": [{"id": LIKE, "name_key": "like", "name": "Like", "is_flag": False}],
                "can_create_tag": False,
                "can_tag_topics": bool(self._dataset["tags"].records()),
                "top_tags": [],
                "categories": self._forum.seen_categories(request),
                "archetypes": [{"id": "regular", "name": "Regular Topic", "options": []}],
            }
        )

    async def _basic_info(self, request: Request) -> Response:
        return answer({"title": "Sandbox forum", "description": "", "login_required": False, "locale": "en"})

    async def _about(self, request: Request) -> Response:
        users = self._dataset["users"].records()
        staff = {role: [brief_of(one) for one in users if one.get(role)] for role in ("admin", "moderator")}
        stats = self._dataset.derived("about", self._stats) | {"users_count": len(users)}
        return answer(
            {"about": {"stats": stats, "title": "Sandbox forum", "version": "sandbox"},
             "admins": staff["admin"], "moderators": staff["moderator"]}
        )  # fmt: skip

    def _stats(self) -> dict[str, int]:
        """Counts of what is not deleted; of topics, those that are no private messages."""
        topics, posts = self._dataset["topics"], self._dataset["posts"]
        rows = topics.rows()
        listable = (topics.column("deleted")[rows] == 0) & (topics.column("message")[rows] == 0)
        there = posts.rows()[posts.column("deleted")[posts.rows()] == 0]
        return {
            "topics_count": int(listable.sum()),
            "posts_count": len(there),
            "likes_count": int(posts.column("likes")[there].sum()),
        }

    async def _tags(self, request: Request) -> Response:
        tags = self._dataset["tags"]
        return answer({"tags": listed(tags.bodies(tags.rows())), "extras": {"categories": []}})

    async def _tag_groups(self, request: Request) -> Response:
        admin_only(request)
        return answer({"tag_groups": []})
