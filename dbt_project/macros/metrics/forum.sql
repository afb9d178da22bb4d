{#- The id of the topic that a forum address leads to (`/t/slug/12`, `/t/12`), as text; null if it leads to none. -#}
{% macro topic_id_of_url(url) -%}
    nullif(regexp_extract({{ url }}, '/t/(?:[^/]*/)?([0-9]+)', 1), '')
{%- endmacro %}

{#- The title a forum gives by itself to the topic that describes a category. -#}
{% macro is_about_title(title) -%}
    ({{ title }} like 'About the % category')
{%- endmacro %}

{#- The name of a topic in its address (`/t/slug/12`); null if the address gives none. -#}
{% macro topic_slug_of_url(url) -%}
    nullif(regexp_extract({{ url }}, '/t/([^/]*[^/0-9][^/]*)/[0-9]+', 1), '')
{%- endmacro %}
