with feature_catalog as (

    select * from {{ ref('feature_catalog') }}

),

lead_attributes as (

    select * from {{ ref('int_lead_attributes') }}

),

account_attributes as (

    select * from {{ ref('int_account_attributes') }}

),

own_values as (

    select unnest(map_entries(x_attributes), recursive := true)
    from lead_attributes

    union all

    select
        'account_' || entries.key as key,
        entries.value
    from (select unnest(map_entries(x_attributes), recursive := true) from account_attributes) as entries

),

own_booleans as (

    select key as feature_name
    from own_values
    where value is not null
    group by key
    having bool_and(lower(value) in ('true', 'false'))

),

-- The project's features first, the users' own columns after: the order of the lists of int_feature_values.
final as (

    select
        feature_catalog.feature_name,
        feature_catalog.feature_type,
        row_number() over (
            partition by feature_catalog.feature_type
            order by feature_catalog.unit = 'as given', feature_catalog.feature_name
        ) as position,
        case
            when feature_catalog.unit = '0 or 1' or own_booleans.feature_name is not null then 'boolean'
            else feature_catalog.feature_type
        end as feature_kind,
        feature_catalog.unit

    from feature_catalog
    left join own_booleans on feature_catalog.feature_name = own_booleans.feature_name

)

select * from final
