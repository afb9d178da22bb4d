with

members as (

    select
        member_key,
        display_name
    from {{ ref('dim_member') }}
    where not is_staff and not is_deleted

),

contributions as (

    select
        contribution_key,
        member_key,
        is_authored,
        case when is_answer then 'answer' else kind end as subject,
        topic_key,
        occurred_at,
        occurred_at >= {{ local_midnight(add_days(last_day(), -6)) }} as is_this_week
    from {{ ref('int_contributions__unioned') }}

),

earlier_subjects as (

    select distinct
        member_key,
        subject
    from contributions
    where not is_this_week

),

earlier_authored as (

    select
        member_key,
        max(occurred_at) as last_authored_at
    from contributions
    where is_authored and not is_this_week
    group by member_key

),

this_week as (

    select
        contributions.*,
        topics.title,
        row_number() over (
            partition by contributions.member_key, contributions.subject
            order by contributions.occurred_at, contributions.contribution_key
        ) as turn_of_subject,
        row_number() over (
            partition by contributions.member_key, contributions.is_authored
            order by contributions.occurred_at, contributions.contribution_key
        ) as turn
    from contributions
    left join {{ ref('int_topics__answered') }} as topics on contributions.topic_key = topics.topic_key
    where contributions.is_this_week

),

-- What the list calls a first, in its words and in those of the trophies.
subjects (subject, metric, words) as (

    values
    ('topic', 'topics', 'Opened a first topic'),
    ('answer', 'answers', 'Gave a first answer'),
    ('accepted_answer', 'accepted_answers', 'Had an answer accepted for the first time'),
    ('article', 'articles', 'Published a first article'),
    ('activity', 'activities', 'Spoke, taught or met people for the community for the first time'),
    ('feature_request', 'feature_requests', 'Made a first feature request'),
    ('bug_report', 'bug_reports', 'Reported a first bug'),
    ('certification', 'certifications', 'Earned a first certificate')

),

first_trophies as (

    select
        subjects.subject,
        min(trophies.name) as name
    from {{ ref('trophies') }} as trophies
    inner join subjects on trophies.metric = subjects.metric
    where trophies.threshold = 1 and {{ holds_on(last_day(), 'trophies.valid_from', 'trophies.valid_to') }}
    group by subjects.subject

),

firsts as (

    select
        this_week.member_key,
        'first' as occasion,
        this_week.subject,
        {{ local_date('this_week.occurred_at') }} as happened_on,
        subjects.words
        || case when this_week.title is not null then ': “' || this_week.title || '”.' else '.' end as sentence,
        first_trophies.name as trophy,
        cast(null as integer) as silent_days,
        this_week.contribution_key
    from this_week
    inner join subjects on this_week.subject = subjects.subject
    left join first_trophies on this_week.subject = first_trophies.subject
    left join earlier_subjects
        on
            this_week.member_key = earlier_subjects.member_key
            and this_week.subject = earlier_subjects.subject
    where this_week.turn_of_subject = 1 and earlier_subjects.member_key is null

),

-- A trophy for a first of this list would say the same twice.
milestones as (

    select
        trophies.member_key,
        'milestone' as occasion,
        trophies.trophy as subject,
        trophies.earned_on as happened_on,
        'Earned ' || trophies.name || ': ' || trophies.description as sentence,
        trophies.name as trophy,
        cast(null as integer) as silent_days,
        cast(null as string) as contribution_key
    from {{ ref('member_trophies') }} as trophies
    left join subjects on trophies.metric = subjects.metric
    where
        trophies.earned_on >= {{ add_days(last_day(), -6) }}
        and not (trophies.threshold = 1 and subjects.metric is not null)

),

gaps as (

    select
        this_week.*,
        {{ whole_days('earlier_authored.last_authored_at', 'this_week.occurred_at') }} as silent_days
    from this_week
    inner join earlier_authored on this_week.member_key = earlier_authored.member_key
    where this_week.is_authored and this_week.turn = 1

),

comebacks as (

    select
        member_key,
        'return' as occasion,
        subject,
        {{ local_date('occurred_at') }} as happened_on,
        'Came back after ' || {{ count_text('silent_days', 'day') }} || ' of silence'
        || case when title is not null then ', in “' || title || '”.' else '.' end as sentence,
        cast(null as string) as trophy,
        silent_days,
        contribution_key
    from gaps
    where silent_days >= 90

),

occasions as (

    select * from firsts
    union all
    select * from milestones
    union all
    select * from comebacks

)

select
    occasions.member_key || ':' || occasions.occasion || ':' || occasions.subject as occasion_key,
    occasions.member_key,
    members.display_name,
    occasions.occasion,
    occasions.subject,
    cast(occasions.happened_on as date) as happened_on,
    occasions.sentence,
    occasions.trophy,
    occasions.silent_days,
    occasions.contribution_key
from occasions
inner join members on occasions.member_key = members.member_key
