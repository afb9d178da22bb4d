{#- Which of a person's accounts speaks first: who a person is shows where people speak in public first. -#}
{% macro account_turn(vendor, source_name, account_id) -%}
    (case {{ vendor }} when 'discourse' then 1 when 'uservoice' then 2 else 3 end, {{ source_name }}, {{ id_order(account_id) }}, {{ account_id }})
{%- endmacro %}

{#- Which record of an organization speaks first: a desk's before a board's. -#}
{% macro organization_turn(vendor, source_name, organization_id) -%}
    (case {{ vendor }} when 'uservoice' then 2 else 1 end, {{ source_name }}, {{ id_order(organization_id) }}, {{ organization_id }})
{%- endmacro %}

{#- customer, pipeline or prospect as an organization's tags or its field `segment` say; null if they don't. -#}
{% macro segment_of(tags, fields) -%}
    case
        {% for segment in ['customer', 'pipeline', 'prospect'] -%}
        when {{ list_holds(tags, "'" ~ segment ~ "'") }} or {{ list_holds(tags, "'segment_" ~ segment ~ "'") }}
            then '{{ segment }}'
        {% endfor -%}
        when lower({{ json_text(fields, 'segment') }}) in ('customer', 'pipeline', 'prospect')
            then lower({{ json_text(fields, 'segment') }})
    end
{%- endmacro %}

{#- How far from the end of a text a word last stands in it, in characters; 0 if it does not stand there as a word. -#}
{% macro place_from_end(word, text) -%}
    position(reverse(' ' || {{ word }} || ' ') in reverse(' ' || {{ text }} || ' '))
{%- endmacro %}

{#- What a normalised job title is about, without where: `head of engineering` → `head`. -#}
{% macro title_head(title) -%}
    split_part(split_part(split_part({{ title }}, ' of ', 1), ' for ', 1), ' at ', 1)
{%- endmacro %}

{#-
CTEs for `with recursive`: which accounts hang together by these keys and by the merges of `member_links`. `labels` has
the smallest position of each account's component (accounts tied to none have no row), `first_holders` and `merged_pairs`
what ties.
-#}
{% macro account_components(keys) -%}
accounts as (

    select
        account_key,
        source_name,
        account_id,
        row_number() over (order by source_name, {{ id_order('account_id') }}, account_id) as position
    from {{ ref('int_accounts__unioned') }}

),

keys as (

    select
        accounts.position,
        keys.key_kind,
        keys.key_value
    from {{ keys }} as keys
    inner join accounts on keys.account_key = accounts.account_key

),

links as (

    select
        source_name_a || ':' || account_id_a as first_account_key,
        source_name_b || ':' || account_id_b as second_account_key,
        action
    from {{ ref('member_links') }}

),

merged_pairs as (

    select
        first_accounts.position as one,
        second_accounts.position as other
    from links
    inner join accounts as first_accounts on links.first_account_key = first_accounts.account_key
    inner join accounts as second_accounts on links.second_account_key = second_accounts.account_key
    left join links as splits
        on
            splits.action = 'split'
            and least(links.first_account_key, links.second_account_key)
            = least(splits.first_account_key, splits.second_account_key)
            and greatest(links.first_account_key, links.second_account_key)
            = greatest(splits.first_account_key, splits.second_account_key)
    -- A split takes back a merge of the same two accounts.
    where links.action = 'merge' and splits.action is null

),

-- Each holder of a key is tied to the first holder, not to every other: a key of n accounts makes n − 1 ties.
first_holders as (

    select
        key_kind,
        key_value,
        min(position) as position
    from keys
    group by key_kind, key_value
    having count(distinct position) > 1

),

ties as (

    select
        first_holders.position as one,
        keys.position as other
    from keys
    inner join first_holders
        on
            keys.key_kind = first_holders.key_kind
            and keys.key_value = first_holders.key_value
    where keys.position != first_holders.position
    union
    select
        one,
        other
    from merged_pairs

),

both_ways as (

    select
        one,
        other
    from ties
    union
    select
        other as one,
        one as other
    from ties

),

-- The smallest position of a person reaches all accounts of that person, step by step.
reached (position, label) as (

    select
        one as position,
        one as label
    from both_ways
    union
    select
        both_ways.other as position,
        reached.label
    from reached
    inner join both_ways on reached.position = both_ways.one
    where reached.label < both_ways.other

),

labels as (

    select
        position,
        min(label) as label
    from reached
    group by position

)

{%- endmacro %}
