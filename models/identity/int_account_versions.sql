-- noqa: disable=PRS
{#- sqlfluff cannot parse a lambda of two arguments yet. -#}
{{ attribute_versions(
    records=ref('stg_accounts'),
    changes=ref('int_attribute_changes'),
    members=ref('int_canonical_accounts'),
    entity='account',
    key='account_id',
    attributes=[
        'name',
        'domain',
        'industry',
        'employee_count',
        'annual_revenue',
        'founded_year',
        'country',
        'technologies',
        'funding_stage',
        'last_funding_at',
    ],
) }}
