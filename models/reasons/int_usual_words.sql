with features as (

    select * from {{ ref('features') }}

),

words as (

    {%- for name in free_words() %}
    select
        lead_id,
        '{{ name }}' as feature_name,
        {{ name }} as word
    from features

    union all
    {% endfor %}
    select
        lead_id,
        unnest(map_keys(x_categories)) as feature_name,
        unnest(map_values(x_categories)) as word
    from features

),

final as (

    select
        feature_name,
        word,
        count(distinct lead_id) as count_leads
    from words
    where word is not null
    group by feature_name, word
    having count(distinct lead_id) >= 3

)

select * from final
