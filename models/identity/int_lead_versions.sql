-- noqa: disable=PRS
{#- sqlfluff cannot parse a lambda of two arguments yet. -#}
{{ attribute_versions(
    records=ref('stg_leads'),
    changes=ref('int_attribute_changes'),
    members=ref('int_canonical_leads'),
    entity='lead',
    key='lead_id',
    attributes=[
        'email',
        'first_name',
        'last_name',
        'job_title',
        'department',
        'company_name',
        'country',
        'lead_source',
        'campaign',
        'owner_id',
    ],
) }}
