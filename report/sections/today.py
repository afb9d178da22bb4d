"""The program lead's first page: whom to renew, call, answer, welcome, hold and thank today."""

from __future__ import annotations

from markupsafe import Markup

from report.blocks import Entry, Headline, Headlines, Section, Text, Todo
from report.release import Release, Row


def section(release: Release) -> Section:
    """Lists of people, each with a reason; the most pressing first."""
    counts = release.ask("today/counts").first
    return Section(
        key="today",
        title="What to do today",
        nav="Today",
        intro="Whom to renew, call, answer, welcome, hold and thank, with the reason for each."
        + ("" if release.names.hidden else " A name leads to the person’s page."),
        blocks=[
            _headlines(counts),
            _renew(release),
            _call(release),
            _rising(release, counts),
            _experts(release, counts),
            _questions(release, counts),
            _newcomers(release, counts),
            _drifting(release, counts),
            _lost(release, counts),
            _thank(release, counts),
        ],
    )


def _headlines(counts: Row) -> Headlines:
    def item(label: str, column: str, note: str, block: int) -> Headline:
        return Headline(label, counts.figure(column, "count"), note, href=f"#today-{block}")

    return Headlines(
        [
            item("Renew", "renewals", "terms that end within 90 days", 2),
            item("Call", "flares", "members who flare", 3),
            item("Answer", "experts_waiting", "program members who wait for us", 5),
            item("Welcome", "newcomers", "newcomers without an answer", 7),
            item("Hold", "drifting", "members who drift away", 8),
            item("Thank", "thanks", "people, for what they did this week", 10),
        ]
    )


def _renew(release: Release) -> Todo:
    answer = release.ask("today/renew")

    def entry(row: Row) -> Entry:
        reason = _line(
            Markup("{} in {}: term {} of {} ends in {}.").format(
                row["tier"],
                row["expertise_area"] or "every area",
                row.figure("term_number", "count"),
                row["program"],
                row.figure("days_left", "days"),
            ),
            Markup(
                "In twelve months {} answers, {} accepted, active in {}, worth {} "
                "({} tickets; the year before {})."
            ).format(
                row.figure("answers", "count"),
                row.figure("accepted_answers", "count"),
                row.figure("active_months", "months"),
                row.figure("value_usd", "usd"),
                row.figure("ticket_equivalents", "decimal"),
                row.figure("ticket_equivalents_year_before", "decimal"),
            ),
            Markup("Silent for {}.").format(row.figure("days_silent", "days"))
            if (row["days_silent"] or 0) > 30
            else "",
            Markup("{} things of theirs wait for us.").format(row.figure("open_items", "count"))
            if row["open_items"]
            else "",
        )
        lead = _lead(release, row["lead"])
        aside = Markup("until {}{}").format(row.figure("ends_on", "date"), lead and f", {lead}")
        return Entry(_who(release, row), reason, aside)

    return Todo(
        title="Renew: terms that end",
        sentence="Program members whose term ends within 90 days, the next first, with what they did in it.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["program_renewals"],
        empty="No term ends within 90 days.",
        limit=8,
    )


def _call(release: Release) -> Todo:
    answer = release.ask("today/call")

    def entry(row: Row) -> Entry:
        began = Markup("Answered others {} times in {}").format(
            row.figure("onset_answers", "count"), row.figure("onset_month", "month")
        )
        if row["is_older"]:
            began += Markup(" and {} times in {}").format(
                row.figure("last_month_answers", "count"), row.figure("last_month", "month")
            )
        reason = _line(
            began + ";",
            Markup("{} people so far, {} answers accepted{}.").format(
                row.figure("people_answered", "count"),
                row.figure("accepted_answers", "count"),
                _mostly(row),
            ),
            Markup("Already silent for {}.").format(row.figure("silent_days", "days"))
            if (row["silent_days"] or 0) > 7
            else "",
        )
        return Entry(_who(release, row), reason, "in a program" if row["is_in_program"] else "")

    return Todo(
        title="Call: flares",
        sentence=_flare_sentence(answer.first) if answer else "Members who answer far more than is usual.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["open_flares", "burst_outcome"],
        empty="Nobody flares now.",
    )


def _flare_sentence(row: Row) -> Text:
    general = "They answer far more than is usual, and have burned like that for some months at most."
    if row["earlier_supernova_ratio"] is None:
        return general
    return _line(
        general,
        Markup("Of {} earlier flares {} ended in silence: call before that.").format(
            row.figure("earlier_onsets", "count"), row.figure("earlier_supernova_ratio", "ratio")
        ),
    )


def _rising(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/rising")

    def entry(row: Row) -> Entry:
        if row["trajectory"] == "rising" and row["earlier_authored_mean"] is not None:
            way: Text = Markup("{} contributions a month lately, {} before;").format(
                row.figure("recent_authored_mean", "decimal"), row.figure("earlier_authored_mean", "decimal")
            )
        else:
            way = Markup("Began in {};").format(row.figure("first_month", "month"))
        reason = _line(
            way,
            Markup("{} replies to {} people on {} days, {} accepted{}.").format(
                row.figure("answers_to_others", "count"),
                row.figure("people_answered", "count"),
                row.figure("active_days", "count"),
                row.figure("accepted_answers", "count"),
                _mostly(row),
            ),
        )
        return Entry(_who(release, row), reason, Markup("last {}").format(row.figure("last_on", "date")))

    return Todo(
        title="Call: rising stars",
        sentence="Newcomers and members who help more from month to month: encourage them before they tire.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["rising_star_watchlist"],
        more=_in_all(counts, "rising", "people"),
        empty="Nobody is rising now.",
    )


def _experts(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/experts_waiting")

    def entry(row: Row) -> Entry:
        things = [
            Markup("{} {}").format(row.figure(column, "count"), one if row[column] == 1 else many)
            for column, one, many in (
                ("questions", "question without a reply", "questions without a reply"),
                ("bug_reports", "open bug report", "open bug reports"),
                ("requests", "open request", "open requests"),
            )
            if row[column]
        ]
        longest: Text = ""
        if row["longest_days"] is not None:
            title = None if release.names.hidden else row["longest_title"]
            longest = Markup("The oldest{} waits for {}.").format(
                f", “{title}”," if title else "", row.figure("longest_days", "days")
            )
        reason = _line(Markup(", ").join(things) + ".", longest)
        return Entry(_who(release, row), reason, _lead(release, row["leads"]))

    return Todo(
        title="Answer: what program members wait for",
        sentence=Markup(
            "{} things {} program members asked for and got no answer to: a lead's first duty."
        ).format(counts.figure("expert_items", "count"), counts.figure("experts_waiting", "count")),
        entries=[entry(row) for row in list(answer)[:20]],
        answer=answer,
        reads=["program_member_waiting"],
        more=_in_all(counts, "experts_waiting", "people"),
        empty="Nothing of theirs waits.",
    )


def _questions(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/questions")

    def entry(row: Row) -> Entry:
        subject = Markup("{}").format(
            row["space_name"] if release.names.hidden else row["title"] or row["space_name"]
        )
        helpers = [
            release.names.show(row[f"answerer_{place}_member_key"], row[f"answerer_{place}_name"])
            for place in (1, 2, 3)
            if row[f"answerer_{place}_member_key"] is not None
        ]
        reason = _line(
            Markup("{} has waited in {} for {}.").format(
                release.names.show(row["asker_member_key"], row["asker_name"]),
                row["space_name"],
                row.figure("waiting_days", "days"),
            ),
            Markup("Ask {}.").format(Markup(" or ").join(helpers)) if helpers else "",
        )
        return Entry(subject, reason)

    return Todo(
        title="Answer: questions that wait",
        sentence=Markup(
            "{} questions of the last 14 days have waited for more than 48 hours, "
            "with the people who fit best to answer them; {} wait in all."
        ).format(counts.figure("fresh_questions", "count"), counts.figure("questions", "count")),
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["waiting_questions", "waiting_question_answerers"],
        empty="No question of the last 14 days waits.",
    )


def _newcomers(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/newcomers")

    def entry(row: Row) -> Entry:
        asked = "" if release.names.hidden or not row["first_title"] else f" “{row['first_title']}”"
        reason = _line(
            Markup("Asked{} in {}; nobody has replied for {}.").format(
                asked, row["first_space_name"] or "the community", row.figure("waiting_days", "days")
            ),
            Markup("{} contributions so far.").format(row.figure("authored", "count"))
            if (row["authored"] or 0) > 1
            else "",
        )
        return Entry(_who(release, row), reason, Markup("began {}").format(row.figure("began_on", "date")))

    return Todo(
        title="Welcome: newcomers nobody has answered",
        sentence="Their first contribution was a question, and it still stands alone; the longest first.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["newcomer_list"],
        more=_in_all(counts, "newcomers", "newcomers"),
        empty="Every newcomer's question has a reply.",
    )


def _drifting(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/drifting")

    def entry(row: Row) -> Entry:
        reason = _line(
            Markup("Silent for {}, usually here every {}.").format(
                row.figure("silent_days", "days"), row.figure("usual_gap_days", "days")
            )
            if row["usual_gap_days"] is not None
            else Markup("Silent for {}.").format(row.figure("silent_days", "days")),
            _gave(row),
            Markup("Waits for an answer to {} questions.").format(row.figure("unanswered_questions", "count"))
            if row["unanswered_questions"]
            else "",
        )
        aside = Markup("{} left{}").format(
            row.figure("days_left", "days"), Markup(", {}").format(row["tier"]) if row["tier"] else ""
        )
        return Entry(_who(release, row), reason, aside)

    return Todo(
        title="Hold: members who drift away",
        sentence="Silent for longer than is their habit, the greatest loss first. "
        "The days left are those until 90 days of silence, when a member counts as gone.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["drifting_members"],
        more=_in_all(counts, "drifting", "members"),
        empty="Nobody drifts away.",
    )


def _lost(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/lost")

    def entry(row: Row) -> Entry:
        reason = _line(
            Markup("Silent for {} after {} active months.").format(
                row.figure("silent_days", "days"), row.figure("active_months", "count")
            ),
            _gave(row),
        )
        aside = Markup("last {}{}").format(
            row.figure("last_on", "date"), ", in a program" if row["is_in_program"] else ""
        )
        return Entry(_who(release, row), reason, aside)

    return Todo(
        title="Hold: helpers we lost",
        sentence="Members of six active months or more, silent for up to half a year: ask what happened.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["lost_experts"],
        more=Markup("{} people in all, whenever they left.").format(counts.figure("lost", "count"))
        if counts["lost"]
        else "",
        empty="Nobody was lost in the last half year.",
    )


def _thank(release: Release, counts: Row) -> Todo:
    answer = release.ask("today/thank")

    def entry(row: Row) -> Entry:
        # Sentences quote titles of posts.
        reason = row["occasions"] if release.names.hidden else row["sentences"]
        return Entry(_who(release, row), reason or "", row.figure("happened_on", "date"))

    return Todo(
        title="Thank: this week's milestones, returns and firsts",
        sentence="All that a person did this week: milestones first, then returns, then firsts.",
        entries=[entry(row) for row in answer],
        answer=answer,
        reads=["thank_you_list"],
        more=_in_all(counts, "thanks", "people"),
        empty="No occasion this week.",
    )


def _who(release: Release, row: Row) -> Markup:
    return release.names.show(row["member_key"], row["display_name"])


def _lead(release: Release, names: str | None) -> str:
    return f"lead {names}" if names and not release.names.hidden else ""


def _mostly(row: Row) -> str:
    return f", mostly in {row['expertise_area']}" if row["expertise_area"] else ""


def _gave(row: Row) -> Markup:
    """What of a member's last year would be missed."""
    return Markup("In the last year {} replies to {} people, worth {}{}.").format(
        row.figure("last_year_answers", "count"),
        row.figure("last_year_people_answered", "count"),
        row.figure("last_year_value_usd", "usd"),
        _mostly(row),
    )


def _in_all(counts: Row, column: str, whom: str) -> Text:
    return Markup("{} {} in all.").format(counts.figure(column, "count"), whom) if counts[column] else ""


def _line(*parts: Text) -> Markup:
    return Markup(" ").join(part for part in parts if part)
