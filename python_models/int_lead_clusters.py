import pyarrow as pa

from leadhouse.identity import merge_in_order


def model(dbt, session):
    links = dbt.ref("int_lead_links").order("known_at, lead_number, linked_lead_number").to_arrow_table()
    numbers, canonical_numbers, joined_by = merge_in_order(
        links["lead_number"].to_numpy(), links["linked_lead_number"].to_numpy()
    )
    return pa.table(
        {
            "lead_number": numbers,
            "canonical_lead_number": canonical_numbers,
            "merged_at": links["known_at"].take(pa.array(joined_by)),
        }
    )
