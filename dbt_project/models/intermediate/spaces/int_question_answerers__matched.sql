-- The newest questions of an area go to its three best-fit people; after every few questions the next three are taken,
-- and after the last ones the first again. So nobody is named for everything while others could answer as well.
with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', ['answerer_questions']) }}

),

answerers as (

    select
        *,
        count(*) over (partition by expertise_area) as answerers
    from {{ ref('int_answerers__ranked') }}

),

questions as (

    select
        topic_key,
        expertise_area,
        opener_member_key,
        row_number() over (partition by expertise_area order by opened_at desc, topic_key asc) as turn
    from {{ ref('int_waiting_questions__found') }}
    where expertise_area is not null

),

-- Four places each, so that three are left if the asker is one of them.
places as (

    select 0 as place
    union all
    select 1 as place
    union all
    select 2 as place
    union all
    select 3 as place

),

areas as (

    select distinct
        expertise_area,
        answerers
    from answerers

),

drawn as (

    select
        questions.topic_key,
        questions.expertise_area,
        questions.opener_member_key,
        places.place,
        1 + (
            3 * cast(floor((questions.turn - 1) / thresholds.answerer_questions) as bigint) + places.place
        ) % areas.answerers as fit_rank
    from questions
    inner join areas on questions.expertise_area = areas.expertise_area
    cross join thresholds
    cross join places
    where places.place < areas.answerers

),

named as (

    select
        drawn.topic_key,
        answerers.*,
        row_number() over (partition by drawn.topic_key order by drawn.place) as place
    from drawn
    inner join answerers
        on
            drawn.expertise_area = answerers.expertise_area
            and drawn.fit_rank = answerers.fit_rank
    where answerers.member_key != drawn.opener_member_key

)

select
    topic_key,
    cast(row_number() over (partition by topic_key order by fit_rank) as integer) as answerer_rank,
    expertise_area,
    member_key,
    fit_rank,
    fit_score,
    help_part,
    knowledge_part,
    lately_part,
    is_expert,
    answers,
    accepted_answers,
    accepted_answers_12_months,
    te_thirds,
    z_score,
    last_active_at
from named
where place <= 3
