with source as (

    select * from {{ source('raw', 'uservoice__suggestions') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as suggestion_id,
        {{ json_text('links', 'forum') }} as forum_id,
        {{ json_text('links', 'category') }} as category_id,
        {{ json_text('links', 'status') }} as status_id,
        {{ json_text('links', 'created_by') }} as account_id,
        {{ json_text('links', 'last_status_update') }} as last_status_update_id,
        {{ json_text('links', 'parent_suggestion') }} as parent_suggestion_id,
        {{ json_text('links', 'ticket') }} as ticket_id,
        {{ json_names(json_member('links', 'labels')) }} as label_ids,

        title,
        state,
        channel,
        portal_url,

        votes_count as vote_count,
        supporters_count as supporter_count,
        supporting_accounts_count as supporting_account_count,
        supporter_mrr as supporter_monthly_revenue,
        comments_count as comment_count,
        notes_count as note_count,
        requests_count as request_count,
        inappropriate_flags_count as inappropriate_flag_count,
        recent_engagement,
        average_engagement,

        is_blocker,

        created_at,
        updated_at,
        approved_at,
        closed_at,
        first_support_at as first_supported_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
