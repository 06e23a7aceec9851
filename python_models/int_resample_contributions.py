from leadhouse.explaining.contributions import explain_leads


def model(dbt, session):
    count_leads = dbt.config.get("count_leads")
    [(training_run,)] = dbt.ref("int_champion").project("training_run").fetchall()
    usable = dbt.ref("int_tried_models").filter("fault is null").project("model_version")
    resamples = dbt.ref("lead_models").filter(f"role = 'resample' and training_run = {training_run}")
    resamples = resamples.join(usable, "model_version")
    leads = dbt.ref("features").filter("is_now").order("md5(lead_id)").limit(count_leads)
    # A stream needs a connection of its own: dbt uses this one while it reads the answer.
    return explain_leads(session.cursor().sql(leads.sql_query()), resamples.to_arrow_table().to_pylist())
