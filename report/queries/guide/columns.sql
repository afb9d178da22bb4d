-- Columns of the published tables, in their order.
select table_name, column_name, column_index, data_type, comment
from duckdb_columns()
where database_name = current_database() and schema_name = 'main'
order by table_name, column_index
