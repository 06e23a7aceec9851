with models as (

    select * from {{ ref('lead_models') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

test_rows as (

    select * from {{ ref('training_set') }}
    where len(list_filter(uses, lambda use: use = 'test')) > 0

),

-- Whom the figures speak about: the champion, and the newest challenger if it came later.
judged as (

    select
        'champion' as contestant,
        model_version,
        training_run,
        model_kind
    from champion

    union all

    select
        'challenger' as contestant,
        models.model_version,
        models.training_run,
        models.model_kind
    from models
    inner join champion
        on models.training_run > champion.training_run and models.horizon_days = champion.horizon_days
    where models.role = 'challenger'
    qualify row_number() over (order by models.training_run desc) = 1

),

tried as (

    select * from {{ ref('int_tried_models') }}

),

evaluations as (

    select models.*
    from models
    inner join tried on models.model_version = tried.model_version
    where models.role = 'evaluation' and tried.fault is null

),

-- Each is judged by what was fitted in the same way as of earlier origins, and beside it stand all rungs.
contestants as (

    select
        judged.model_version,
        judged.contestant,
        evaluations.model_kind,
        evaluations.origin_at,
        evaluations.test_until,
        evaluations.model_version as evaluated_version
    from judged
    inner join evaluations
        on judged.training_run = evaluations.training_run and judged.model_kind = evaluations.model_kind

    union all

    select
        judged.model_version,
        case
            when evaluations.model_kind = 'no_signal' then 'constant'
            else evaluations.model_kind
        end as contestant,
        evaluations.model_kind,
        evaluations.origin_at,
        evaluations.test_until,
        evaluations.model_version as evaluated_version
    from judged
    inner join evaluations on judged.training_run = evaluations.training_run

),

evaluated as (

    select distinct
        evaluated_version,
        origin_at,
        test_until
    from contestants

),

predicted as (

    select
        evaluated.evaluated_version,
        test_rows.lead_id,
        test_rows.moment_at,
        test_rows.label,
        {{ lead_score(ref('lead_models'), 'evaluated.evaluated_version', 'test_rows') }} as prediction

    from evaluated
    inner join test_rows
        on
            evaluated.origin_at <= test_rows.moment_at
            and (evaluated.test_until is null or evaluated.test_until > test_rows.moment_at)

),

forward as (

    select
        contestants.model_version,
        contestants.contestant,
        contestants.model_kind,
        'forward' as split,
        contestants.origin_at,
        predicted.lead_id,
        predicted.moment_at,
        predicted.label,
        predicted.prediction.margin as margin,
        predicted.prediction.probability as probability

    from contestants
    inner join predicted on contestants.evaluated_version = predicted.evaluated_version

),

backtest as (

    select
        champion.model_version,
        predictions.contestant,
        predictions.model_kind,
        'backtest' as split,
        predictions.origin_at,
        predictions.lead_id,
        predictions.origin_at as moment_at,
        labels.label,
        predictions.margin,
        predictions.probability

    from {{ source('operations', 'backtest_predictions') }} as predictions
    inner join {{ ref('int_backtest_labels') }} as labels
        on predictions.lead_id = labels.lead_id and predictions.origin_at = labels.origin_at
    inner join champion on predictions.horizon_days = champion.horizon_days

),

final as (

    select * from forward

    union all

    select * from backtest

)

select * from final
