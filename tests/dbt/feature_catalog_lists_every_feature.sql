-- Features without a line in the catalogue, and lines without a feature.
with columns_of_features as (

    {%- for column in adapter.get_columns_in_relation(ref('features'))
        if column.name not in ['lead_id', 'moment_at', 'is_now', 'account_id', 'x_numbers', 'x_categories'] %}
    select '{{ column.name }}' as feature_name
    union all
    {%- endfor %}
    select unnest(map_keys(x_numbers)) as feature_name from {{ ref('features') }}
    union all
    select unnest(map_keys(x_categories)) as feature_name from {{ ref('features') }}

)

select
    columns_of_features.feature_name,
    feature_catalog.feature_name as listed_name
from (select distinct feature_name from columns_of_features) as columns_of_features
full outer join {{ ref('feature_catalog') }} as feature_catalog
    on columns_of_features.feature_name = feature_catalog.feature_name
where columns_of_features.feature_name is null or feature_catalog.feature_name is null
