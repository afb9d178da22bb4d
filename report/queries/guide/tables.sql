-- Published tables with what each says of itself.
select table_name, comment
from duckdb_tables()
where database_name = current_database() and schema_name = 'main'
order by table_name
