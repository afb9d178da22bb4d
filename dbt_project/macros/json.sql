{#- Reading JSON columns. One macro an idea, dispatched by adapter, so that a second engine needs no other file. -#}

{#- Text of a member of a JSON object (`a`, `a.b`, `[0].a`); null when the object or the member is null or absent. -#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(column, key) -%}
    json_extract_string({{ column }}, '${{ "" if key.startswith("[") else "." }}{{ key }}')
{%- endmacro %}

{#- Text of a JSON column that holds a plain value; null if it is null. -#}
{% macro json_text_of(column) -%}
    {{ return(adapter.dispatch('json_text_of')(column)) }}
{%- endmacro %}

{% macro duckdb__json_text_of(column) -%}
    json_extract_string({{ column }}, '$')
{%- endmacro %}

{#- Member of a JSON object, still JSON. -#}
{% macro json_member(column, key) -%}
    {{ return(adapter.dispatch('json_member')(column, key)) }}
{%- endmacro %}

{% macro duckdb__json_member(column, key) -%}
    json_extract({{ column }}, '$.{{ key }}')
{%- endmacro %}

{#- List of text of a JSON array: strings as they are, objects by their member `name`, numbers as digits. -#}
{% macro json_names(column) -%}
    {{ return(adapter.dispatch('json_names')(column)) }}
{%- endmacro %}

{% macro duckdb__json_names(column) -%}
    list_transform(
        cast({{ column }} as json []),
        lambda item: coalesce(json_extract_string(item, '$.name'), json_extract_string(item, '$'))
    )
{%- endmacro %}

{#-
A JSON object as a struct, or with `[fields]` a JSON array as a list of structs; each document is parsed once, however
many members are read. `fields` maps members to SQL types, to maps of their own, or to lists. What is absent or does not
fit is null.
-#}
{% macro json_record(column, fields) -%}
    {{ return(adapter.dispatch('json_record')(column, fields)) }}
{%- endmacro %}

{% macro duckdb__json_record(column, fields) -%}
    from_json({{ column }}, '{{ tojson(fields) }}')
{%- endmacro %}

{#- The member `value_key` of the first struct of a list whose member `key` is `value`. -#}
{% macro struct_lookup(list, key, value, value_key) -%}
    {{ return(adapter.dispatch('struct_lookup')(list, key, value, value_key)) }}
{%- endmacro %}

{% macro duckdb__struct_lookup(list, key, value, value_key) -%}
    list_filter({{ list }}, lambda item: item.{{ key }} = {{ value }})[1].{{ value_key }}
{%- endmacro %}

{#- In a select list: one row per element of a list. Faster than in a from clause, where DuckDB joins. -#}
{% macro each_of(list) -%}
    {{ return(adapter.dispatch('each_of')(list)) }}
{%- endmacro %}

{% macro duckdb__each_of(list) -%}
    unnest({{ list }})
{%- endmacro %}

{#- In a from clause: one row per element of a JSON array, as a JSON column `item` of the relation `alias`. -#}
{% macro unnest_json(column, alias) -%}
    {{ return(adapter.dispatch('unnest_json')(column, alias)) }}
{%- endmacro %}

{% macro duckdb__unnest_json(column, alias) -%}
    cross join unnest(cast({{ column }} as json [])) as {{ alias }} (item)
{%- endmacro %}

{#- Keys of a JSON object, as a list of text. -#}
{% macro json_keys(column) -%}
    {{ return(adapter.dispatch('json_keys')(column)) }}
{%- endmacro %}

{% macro duckdb__json_keys(column) -%}
    json_keys({{ column }})
{%- endmacro %}

{#- Elements of a JSON array, as a list of JSON. -#}
{% macro json_list(column) -%}
    {{ return(adapter.dispatch('json_list')(column)) }}
{%- endmacro %}

{% macro duckdb__json_list(column) -%}
    cast({{ column }} as json [])
{%- endmacro %}

{#- Text of the member of a JSON object that a text column names. -#}
{% macro json_text_at(column, key_column) -%}
    {{ return(adapter.dispatch('json_text_at')(column, key_column)) }}
{%- endmacro %}

{% macro duckdb__json_text_at(column, key_column) -%}
    json_extract_string({{ column }}, '$."' || {{ key_column }} || '"')
{%- endmacro %}
