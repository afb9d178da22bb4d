with

titles as (

    select
        job_title,
        {{ normalised_name('job_title') }} as title,
        {{ title_head(normalised_name('job_title')) }} as head
    from {{ ref('int_accounts__unioned') }}
    where job_title is not null
    group by job_title

),

words as (

    select
        {{ normalised_name('word') }} as word,
        min(persona) as persona
    from {{ ref('job_title_personas') }}
    group by {{ normalised_name('word') }}

),

places as (

    select
        titles.job_title,
        words.word,
        words.persona,
        {{ place_from_end('words.word', 'titles.head') }} as head_place,
        {{ place_from_end('words.word', 'titles.title') }} as title_place
    from titles
    inner join words on {{ place_from_end('words.word', 'titles.title') }} > 0

)

-- The last word that means something, if possible before `of`, `for` and `at`: a head of developers is an executive.
select
    job_title,
    min_by(persona, (case when head_place > 0 then 0 else 1 end, head_place, title_place, -length(word), word))
        as persona
from places
group by job_title
