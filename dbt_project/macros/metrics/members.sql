{#- Which of a person's accounts speaks first: who a person is shows where people speak in public first. -#}
{% macro account_turn(vendor, source_name, account_id) -%}
    (case {{ vendor }} when 'discourse' then 1 when 'uservoice' then 2 else 3 end, {{ source_name }}, {{ id_order(account_id) }}, {{ account_id }})
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
