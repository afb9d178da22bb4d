{#- States in which a board shows a record to nobody: removed, refused, or waiting for a moderator. -#}
{% macro is_withheld(state) -%}
    coalesce(
        lower({{ state }}) in (
            'deleted', 'spam', 'removed', 'hidden', 'inappropriate', 'rejected', 'flagged', 'draft', 'awaiting', 'awaiting_approval',
            'awaiting_moderation', 'pending', 'pending_approval'
        ),
        false
    )
{%- endmacro %}

{#- How far a stage is on the way from submitted to completed; declined and merged are exits, with no rank. -#}
{% macro stage_rank(stage) -%}
    case {{ stage }}
        when 'submitted' then 0
        when 'responded' then 1
        when 'planned' then 2
        when 'started' then 3
        when 'completed' then 4
    end
{%- endmacro %}
