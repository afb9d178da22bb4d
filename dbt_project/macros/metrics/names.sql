{#- A name whatever the order of its words and their accents; null if it has fewer than two words. -#}
{% macro name_key(name) -%}
    {{ return(adapter.dispatch('name_key')(name)) }}
{%- endmacro %}

{% macro duckdb__name_key(name) -%}
    case
        when {{ normalised_name(name) }} like '% %'
            then array_to_string(list_sort(string_split(strip_accents({{ normalised_name(name) }}), ' ')), ' ')
    end
{%- endmacro %}

{#- A user name or name as one word: `Rafael.Sato` and `Rafael Sato` are `rafaelsato`; null if shorter than five letters. -#}
{% macro handle_key(name) -%}
    {{ return(adapter.dispatch('handle_key')(name)) }}
{%- endmacro %}

{% macro duckdb__handle_key(name) -%}
    case
        when length(replace(strip_accents({{ normalised_name(name) }}), ' ', '')) >= 5
            then replace(strip_accents({{ normalised_name(name) }}), ' ', '')
    end
{%- endmacro %}
