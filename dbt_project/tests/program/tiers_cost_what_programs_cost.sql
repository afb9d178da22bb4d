-- Programs and months in which the tiers together cost another sum than the program.
with

costs as (

    select
        program,
        month,
        sum(case when tier = 'all' then cost_usd else 0 end) as program_cost_usd,
        sum(case when tier = 'all' then 0 else cost_usd end) as tiers_cost_usd
    from {{ ref('program_benefits') }}
    group by program, month

)

select * from costs
where abs(program_cost_usd - tiers_cost_usd) > 0.000001
