{{ survival_curve(
    ref('int_retention_spans__measured'), ['group_kind', 'subject', 'group_name'], 'duration_days', 'is_ended'
) }}
