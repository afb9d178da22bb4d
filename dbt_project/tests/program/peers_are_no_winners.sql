-- Peers who had been awarded, or certified, themselves by the end of the half-year they are compared in.
select
    peers.turning_key,
    peers.peer_member_key
from {{ ref('int_peers__matched') }} as peers
inner join {{ ref('int_turning_points__dated') }} as turns
    on
        peers.kind = turns.kind
        and peers.peer_member_key = turns.member_key
        and turns.turned_month <= {{ add_months('peers.month', 6) }}
