with

proposals as (

    select * from {{ ref('int_link_proposals__listed') }}

),

-- The two sides of each proposal, and both together as a third.
sides as (

    select
        proposal_key,
        side,
        account_key
    from proposals
    union all
    select
        proposal_key,
        'joined' as side,
        account_key
    from proposals

),

activity as (

    select
        sides.proposal_key,
        sides.side,
        sum(activity.authored) as authored,
        count(distinct activity.month) as active_months,
        min(activity.first_contribution_at) as first_contribution_at
    from sides
    inner join {{ ref('int_account_activity__monthly') }} as activity on sides.account_key = activity.account_key
    group by sides.proposal_key, sides.side

),

replies as (

    select
        sides.proposal_key,
        sides.side,
        replies.*,
        openers.account_key is not null as is_own_topic,
        between_sides.account_key is not null as is_between,
        case
            when openers.account_key is not null then null
            when between_sides.account_key is not null then 'the other side'
            else replies.opener_member_key
        end as helped_key
    from sides
    inner join {{ ref('int_account_replies__paired') }} as replies on sides.account_key = replies.account_key
    left join sides as openers
        on
            sides.proposal_key = openers.proposal_key
            and sides.side = openers.side
            and replies.opener_account_key = openers.account_key
    -- In the topics of the other side: somebody else's apart, one's own together.
    left join proposals as between_sides
        on
            sides.proposal_key = between_sides.proposal_key
            and sides.side != between_sides.side
            and sides.side != 'joined'
            and replies.opener_account_key = between_sides.account_key

),

helped as (

    select
        proposal_key,
        side,
        sum(likes_received) as likes_received,
        sum(case when is_own_topic then 0 else answers end) as answers,
        sum(case when is_own_topic then 0 else accepted_answers end) as accepted_answers,
        sum(case when is_own_topic then 0 else 3 * accepted_answers + helpful_likes end) as te_thirds,
        count(distinct case when has_helped then helped_key end) as people_helped,
        sum(case when is_between then replies else 0 end) as replies_between,
        sum(case when is_between then answers else 0 end) as answers_between,
        sum(case when is_between then accepted_answers else 0 end) as accepted_answers_between
    from replies
    group by proposal_key, side

),

staff_sides as (

    select
        proposals.proposal_key,
        count(distinct proposals.side) as staff_side_count
    from proposals
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on proposals.account_key = staff_periods.account_key
    group by proposals.proposal_key

),

listed as (

    select
        proposal_key,
        action,
        first_account_key,
        second_account_key,
        max(case when side = 'a' then member_key end) as member_key_a,
        max(case when side = 'b' then member_key end) as member_key_b,
        count(*) filter (where side = 'a') as accounts_a,
        count(*) filter (where side = 'b') as accounts_b
    from proposals
    group by proposal_key, action, first_account_key, second_account_key

),

accounts as (

    select * from {{ ref('int_accounts__unioned') }}

)

select
    listed.proposal_key,
    listed.action,
    first_accounts.source_name as source_name_a,
    first_accounts.account_id as account_id_a,
    second_accounts.source_name as source_name_b,
    second_accounts.account_id as account_id_b,
    listed.member_key_a,
    listed.member_key_b,
    listed.accounts_a,
    listed.accounts_b,
    {% for side in ['a', 'b', 'joined'] -%}
    {% for measure in ['authored', 'active_months'] -%}
    cast(coalesce(activity_{{ side }}.{{ measure }}, 0) as bigint) as {{ measure }}_{{ side }},
    {% endfor -%}
    activity_{{ side }}.first_contribution_at as first_contribution_at_{{ side }},
    {% for measure in ['answers', 'accepted_answers', 'likes_received', 'te_thirds', 'people_helped'] -%}
    cast(coalesce(helped_{{ side }}.{{ measure }}, 0) as bigint) as {{ measure }}_{{ side }},
    {% endfor -%}
    coalesce(helped_{{ side }}.te_thirds, 0) / 3.0 as ticket_equivalents_{{ side }},
    {% endfor -%}
    {% for measure in ['replies_between', 'answers_between', 'accepted_answers_between'] -%}
    cast(coalesce(helped_a.{{ measure }}, 0) + coalesce(helped_b.{{ measure }}, 0) as bigint) as {{ measure }},
    {% endfor -%}
    coalesce(staff_sides.staff_side_count, 0) = 1 as is_staff_affected
from listed
inner join accounts as first_accounts on listed.first_account_key = first_accounts.account_key
inner join accounts as second_accounts on listed.second_account_key = second_accounts.account_key
left join staff_sides on listed.proposal_key = staff_sides.proposal_key
{% for side in ['a', 'b', 'joined'] -%}
left join activity as activity_{{ side }}
    on listed.proposal_key = activity_{{ side }}.proposal_key and activity_{{ side }}.side = '{{ side }}'
left join helped as helped_{{ side }}
    on listed.proposal_key = helped_{{ side }}.proposal_key and helped_{{ side }}.side = '{{ side }}'
{% endfor %}
