{#- What seeds/trophies.csv may ask for; int_trophy_metrics__counted counts each of them. -#}
{% macro trophy_metrics() -%}
    {{ return([
        'accepted_answers', 'activities', 'answers', 'article_ratings', 'articles', 'bug_reports', 'certifications', 'comments',
        'completed_requests', 'confirmed_bug_reports', 'feature_requests', 'first_answers', 'likes_received', 'people_helped',
        'replies', 'streak_weeks', 'ticket_equivalents', 'topics', 'votes', 'years'
    ]) }}
{%- endmacro %}
