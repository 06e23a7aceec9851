{# Takes the rows of runs that died out of this model's table: the run that is made now tells of their time too. #}
{% macro forget_unfinished_runs() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where as_of > (
            select coalesce(max(finished_runs.as_of), timestamp '-infinity')
            from {{ source('operations', 'finished_runs') }} as finished_runs
        )
    {% endif %}
{% endmacro %}
