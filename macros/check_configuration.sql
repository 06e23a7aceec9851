{#-
    Stops a run whose variables are wrong or contradict each other, with one sentence for each fault. What calculates
    with variables when the project is parsed calls it first, so that the sentence comes before an error of Jinja's.
-#}
{% macro check_configuration() %}
    {%- set faults = [] -%}

    {%- for name, least in {
        "label_horizon_days": 1, "snapshot_every_days": 1, "max_training_moments": 1, "calibration_days": 1,
        "test_days": 1, "evaluation_origins": 0, "min_leads_to_learn": 1, "min_conversions_to_learn": 1,
        "min_leads_for_trees": 1, "min_conversions_for_trees": 1, "max_moments_weight": 1, "tuning_seconds": 0,
        "stability_resamples": 0, "leakage_auc": 0.5, "leakage_suspicion_auc": 0.5,
        "leakage_max_split_gap": 0, "tier_hysteresis": 0, "tier_expiry_days": 0, "trend_points": 0, "spike_movements": 0,
        "publish_keep": 1, "alert_quiet_days": 1,
    }.items() -%}
        {%- set value = var(name) -%}
        {%- if value is not number or value < least -%}
            {%- do faults.append("`" ~ name ~ "` must be a number of at least " ~ least ~ "; it is '" ~ value ~ "'.") -%}
        {%- endif -%}
    {%- endfor -%}

    {%- if var("tier_expiry_days") is number and var("tier_expiry_days") is not integer -%}
        {%- do faults.append("`tier_expiry_days` must be a whole number of days; it is '" ~ var("tier_expiry_days") ~ "'.") -%}
    {%- endif -%}
    {%- if var("publish_keep") is number and var("publish_keep") is not integer -%}
        {%- do faults.append("`publish_keep` must be a whole number of runs; it is '" ~ var("publish_keep") ~ "'.") -%}
    {%- endif -%}
    {%- if var("publish_to") not in ["parquet", "postgres", "ducklake", "nowhere"] -%}
        {%- do faults.append(
            "`publish_to` must be parquet, postgres, ducklake or nowhere; it is '" ~ var("publish_to") ~ "'."
        ) -%}
    {%- endif -%}
    {%- set schema = var("publish_schema") | string -%}
    {%- if not modules.re.fullmatch("[a-z_][a-z0-9_]{0,49}", schema) or schema.startswith("pg_")
        or schema in ["public", "information_schema"] -%}
        {%- do faults.append(
            "`publish_schema` must be the name of a schema that is for this alone, in lower-case letters, digits and"
            ~ " underscores; it is '" ~ schema ~ "'."
        ) -%}
    {%- endif -%}

    {%- for name in ["half_lives_days", "windows_days"] -%}
        {%- set values = var(name) -%}
        {%- if values is string or values is not sequence or not values
            or values | reject("integer") | list or values | select("lessthan", 1) | list
            or values | unique | list | length != values | length -%}
            {%- do faults.append("`" ~ name ~ "` must be a list of different whole numbers of days; it is '" ~ values ~ "'.") -%}
        {%- elif name == "half_lives_days" and var("training_history_days") is number
            and values | min * 500 < var("training_history_days") -%}
            {#- See decay_landmark: further back the sums would underflow. -#}
            {%- do faults.append(
                "`training_history_days` may be no more than 500 times the shortest of `half_lives_days` ("
                ~ values | min * 500 ~ "); it is " ~ var("training_history_days") ~ "."
            ) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set history = var("training_history_days") -%}
    {%- if history != "auto" and (history is not number or history < 1) -%}
        {%- do faults.append("`training_history_days` must be auto or a number of at least 1; it is '" ~ history ~ "'.") -%}
    {%- endif -%}

    {%- if var("snapshot_at_creation") not in ["auto", true, false] -%}
        {%- do faults.append("`snapshot_at_creation` must be auto, true or false; it is '" ~ var("snapshot_at_creation") ~ "'.") -%}
    {%- endif -%}
    {%- if var("retrain") not in ["auto", "always", "never"] -%}
        {%- do faults.append("`retrain` must be auto, always or never; it is '" ~ var("retrain") ~ "'.") -%}
    {%- endif -%}

    {%- if var("recalibrate") not in ["auto", "never"] -%}
        {%- do faults.append("`recalibrate` must be auto or never; it is '" ~ var("recalibrate") ~ "'.") -%}
    {%- endif -%}
    {%- set half_life = var("recency_half_life_days") -%}
    {%- if half_life is not none and (half_life is not number or half_life <= 0) -%}
        {%- do faults.append("`recency_half_life_days` must be null or a number above 0; it is '" ~ half_life ~ "'.") -%}
    {%- endif -%}
    {%- if var("strict_leakage") is not boolean -%}
        {%- do faults.append("`strict_leakage` must be true or false; it is '" ~ var("strict_leakage") ~ "'.") -%}
    {%- endif -%}
    {%- set excluded = var("exclude_features") -%}
    {%- if excluded is string or excluded is not sequence or excluded | reject("string") | list -%}
        {%- do faults.append("`exclude_features` must be a list of names of features; it is '" ~ excluded ~ "'.") -%}
    {%- endif -%}

    {%- set silent = var("crm_silent_fields") -%}
    {%- if silent is string or silent is not sequence or silent | reject("in", crm_fields()) | list -%}
        {%- do faults.append(
            "`crm_silent_fields` must be a list of fields (docs/activation.md lists them); it is '" ~ silent ~ "'."
        ) -%}
    {%- endif -%}
    {%- set numbers = crm_fields().items() | selectattr(1, "equalto", "number") | map("first") | list -%}
    {%- set changes = var("crm_min_change") -%}
    {%- if changes is not mapping
        or changes.keys() | reject("in", numbers) | list or changes.values() | reject("number") | list -%}
        {%- do faults.append(
            "`crm_min_change` must give fields that are numbers their least change, {score: 1.0}, say; it is '" ~ changes ~ "'."
        ) -%}
    {%- endif -%}

    {%- if faults -%}
        {{- exceptions.raise_compiler_error(
            "The configuration (variables of dbt_project.yml or --vars) cannot be used:\n- " ~ faults | join("\n- ")
        ) -}}
    {%- endif -%}
{% endmacro %}
