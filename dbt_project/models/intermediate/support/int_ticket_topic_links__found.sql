-- Which forum topics a ticket names: by a link in its words, or by what its agents marked.
with

tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

named as (

    select * from {{ ref('int_ticket_topic_mentions__unioned') }}

),

agents as (

    select
        source_name,
        account_id
    from {{ ref('int_zendesk_accounts__merged') }}
    where is_employee

),

topics as (

    select
        topics.topic_key,
        topics.source_name,
        topics.topic_id,
        listed.slug
    from {{ ref('int_topics__unioned') }} as topics
    left join {{ ref('stg_discourse__topics') }} as listed
        on
            topics.source_name = listed.source_name
            and topics.topic_id = listed.topic_id
    where not topics.is_private_message and not topics.is_deleted

),

-- Forums number their topics alike: the name in the address tells them apart, or that only one has such a number.
candidates as (

    select
        named.*,
        topics.topic_key,
        coalesce(topics.slug = named.slug, false) as is_same_slug,
        bool_or(coalesce(topics.slug = named.slug, false)) over named_once as has_same_slug,
        count(topics.topic_key) over named_once as topic_count
    from named
    left join topics
        on
            named.topic_id = topics.topic_id
            and coalesce(named.forum_source, topics.source_name) = topics.source_name
    window named_once as (
        partition by
            named.source_name, named.ticket_id, named.basis, named.account_id, named.linked_at, named.topic_id,
            named.slug
    )

)

select
    tickets.ticket_key,
    candidates.topic_key,
    min_by(candidates.basis, (candidates.turn, candidates.basis)) as basis,
    coalesce(bool_or(agents.account_id is not null), false) as is_linked_by_agent,
    coalesce(bool_or(candidates.account_id = tickets.requester_account_id), false) as is_linked_by_requester,
    min(candidates.linked_at) as linked_at
from candidates
inner join tickets
    on
        candidates.source_name = tickets.source_name
        and candidates.ticket_id = tickets.source_record_id
left join agents
    on
        candidates.source_name = agents.source_name
        and candidates.account_id = agents.account_id
where
    -- A tag without a number says so much: it stood in the forum.
    (candidates.basis = 'tag' and candidates.topic_id is null)
    or candidates.is_same_slug
    or (candidates.topic_count = 1 and not candidates.has_same_slug)
group by tickets.ticket_key, candidates.topic_key
