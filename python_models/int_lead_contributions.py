from leadhouse.explaining.contributions import explain_leads


def model(dbt, session):
    leads = dbt.ref("features").filter("is_now")
    champion = dbt.ref("int_champion").to_arrow_table().to_pylist()
    # A stream needs a connection of its own: dbt uses this one while it reads the answer.
    return explain_leads(session.cursor().sql(leads.sql_query()), champion)
