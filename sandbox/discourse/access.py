"""Who asks, and how often."""

from __future__ import annotations

from starlette.datastructures import Headers

from sandbox.discourse.forum import Forum, Viewer, denied
from sandbox.limits import Budget, Meter
from sandbox.web import Refusal

ADMIN_KEY = "sandbox-admin-key"
USER_KEY = "sandbox-user-key"

_ADMIN_MINUTE = Budget("admin key", 60, 60)
_USER_MINUTE = Budget("user key minute", 20, 60)
_USER_DAY = Budget("user key day", 2_880, 86_400)
_IP_10_SECONDS = Budget("ip 10 seconds", 50, 10)
_IP_MINUTE = Budget("ip minute", 200, 60)


class Access:
    """Checks keys and counts requests."""

    def __init__(self, forum: Forum, *, limited: bool) -> None:
        self._forum = forum
        self._meter = Meter(limited)

    def viewer(self, headers: Headers) -> Viewer:
        """Who sends these headers; raises Refusal for a bad key, or above its limits."""
        if (key := headers.get("api-key")) is not None:
            name = headers.get("api-username", "")
            row = self._forum.usernames().get(name.lower())
            if key != ADMIN_KEY or (row is None and name.lower() != "system"):
                raise denied("The API username or key is invalid.")
            self._spend(_ADMIN_MINUTE, "admin_api_key_rate_limit")
            if row is None:
                return Viewer(is_admin=True, user_id=-1)
            user = self._forum.dataset["users"].record(row)
            return Viewer(is_admin=bool(user.get("admin")) or name.lower() == "system", user_id=user["id"])
        if (key := headers.get("user-api-key")) is not None:
            if key != USER_KEY:
                raise denied("")
            self._spend(_USER_MINUTE, "user_api_key_limiter_60_secs")
            self._spend(_USER_DAY, "user_api_key_limiter_1_day")
            return Viewer(is_admin=False, is_user_key=True)
        return Viewer(is_admin=False)

    def spend_address(self) -> None:
        """Count a request of the sender's address; raises Refusal above its limits."""
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
