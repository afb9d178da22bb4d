"""Categories and tags as Discourse shows them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints
from sandbox.simulation.forum import Forum
from sandbox.simulation.options import DAY_MS, HOUR_MS, Options
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.words import TAGS
from sandbox.simulation.writer import Change, StreamFile


def write_spaces(
    categories: StreamFile, tags: StreamFile, options: Options, spaces: Spaces, forum: Forum
) -> None:
    """Writes categories and tags; their counters are refreshed every night."""
    born = options.start_ms - DAY_MS
    topics, posts = forum.topics, forum.posts
    counted = (posts.kind != f.SMALL_ACTION) & (topics.about[posts.topic] < 0)
    opened = counted & (posts.number == 1)
    place = topics.category[posts.topic]
    nights = np.arange(options.start_ms // DAY_MS, options.horizon_ms // DAY_MS + 1) * DAY_MS + HOUR_MS
    about_topic = {int(c): row for row, c in enumerate(topics.about.tolist()) if c >= 0}
    children: dict[int, list[int]] = {}
    for category in spaces.categories:
        if category.parent_id is not None:
            children.setdefault(category.parent_id, []).append(category.category_id)
    for index, category in enumerate(spaces.categories):
        topic_counts = np.searchsorted(posts.at[opened & (place == index)], nights)
        post_counts = np.searchsorted(posts.at[counted & (place == index)], nights)
        about = about_topic[index]
        text = f"A place for everything about {category.name}."
        mine = children.get(category.category_id, [])
        record = {
            "id": category.category_id,
            "name": category.name,
            "color": f"{category.category_id * 5077 % 0xFFFFFF:06X}",
            "text_color": "FFFFFF",
            "style_type": "square",
            "emoji": None,
            "icon": None,
            "slug": category.slug,
            "topic_count": 0,
            "post_count": 0,
            "position": index,
            "description": f"<p>{text}</p>",
            "description_text": text,
            "description_excerpt": text,
            "topic_url": f"/t/about-the-{category.slug}-category/{int(topics.topic_id[about])}",
            "read_restricted": category.name == "Staff",
            "permission": None,
            "parent_category_id": category.parent_id,
            "notification_level": None,
            "can_edit": False,
            "topic_template": None,
            "topic_title_placeholder": None,
            "has_children": bool(mine),
            "subcategory_count": len(mine) or None,
            "sort_order": None,
            "sort_ascending": None,
            "show_subcategory_list": False,
            "num_featured_topics": 3,
            "default_view": None,
            "subcategory_list_style": "rows_with_featured_topics",
            "default_top_period": "all",
            "default_list_filter": "all",
            "minimum_required_tags": 0,
            "navigate_to_first_post_after_read": False,
            "topics_day": 0,
            "topics_week": 0,
            "topics_month": 0,
            "topics_year": 0,
            "topics_all_time": 0,
            "is_uncategorized": category.name == "Uncategorized",
            "subcategory_ids": mine,
            "subcategory_list": None,
            "uploaded_logo": None,
            "uploaded_logo_dark": None,
            "uploaded_background": None,
            "uploaded_background_dark": None,
            "custom_fields": {"enable_accepted_answers": "true" if category.is_support else None},
        }
        categories.write(record, born, _counters(nights, topic_counts, post_counts))
    for number, name in enumerate(TAGS, start=1):
        tags.write(
            {
                "id": number,
                "name": name,
                "text": name,
                "slug": name,
                "description": None,
                "count": 0,
                "pm_only": False,
                "target_tag": None,
            },
            born,
        )


def _counters(nights: Ints, topics: Ints, posts: Ints) -> Iterator[Change]:
    before = (0, 0)
    for position, now in enumerate(zip(topics.tolist(), posts.tolist(), strict=True)):
        if now != before:
            past = [int(topics[max(0, position - days)]) for days in (1, 7, 30, 365)]
            fresh = [now[0] - past_count for past_count in past]
            yield (
                int(nights[position]),
                {
                    "topic_count": now[0],
                    "post_count": now[1],
                    "topics_day": fresh[0],
                    "topics_week": fresh[1],
                    "topics_month": fresh[2],
                    "topics_year": fresh[3],
                    "topics_all_time": now[0],
                },
            )
            before = now
