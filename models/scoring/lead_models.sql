select
    -- ids
    model_version,
    training_run,
    role,
    model_kind,
    base_model_version,
    feature_set_version,

    -- the model
    onnx,
    onnx_sha256,
    feature_schema,
    cast(horizon_days as integer) as horizon_days,
    calibration,
    parameters,

    -- what it learnt from
    trained_as_of,
    cast(origin_number as integer) as origin_number,
    origin_at,
    test_until,
    train_from,
    train_to,
    count_training_rows,
    count_training_leads,
    count_training_conversions,
    count_calibration_rows,
    count_calibration_conversions,

    -- proof
    metrics,
    max_parity_difference,
    is_promoted,
    promotion_reason,
    library_versions

from {{ ref('trained_models') }}
