{#- Features that combine signals: sums, rates, velocities, the funnel, the order of actions. See feature_definitions. -#}
{% macro engagement_features() %}
    {%- set known = "when the events were known" -%}
    {%- set features = [] -%}

    {#- All engagement, and engagement by channel. -#}
    {%- for measure in measures() if measure.kind in ("window", "decay") -%}
        {%- do features.append({
            "name": "engagement_" ~ measure.name, "topic": "engagement", "unit": "events",
            "sql": "engagement_" ~ measure.name,
            "description": "Events of all positive signals, " ~ measure_phrase(measure) ~ ".",
        }) -%}
    {%- endfor -%}
    {%- for channel in signals() | selectattr("sign", "equalto", "positive") | map(attribute="channel") | unique -%}
        {%- for measure in measures() if measure.kind == "window" and measure.days in (7, 30) -%}
            {%- do features.append({
                "name": channel ~ "_engagement_" ~ measure.name, "topic": channel ~ "_engagement",
                "unit": "events",
                "sql": sum_of_signals("channel", channel, measure.name),
                "description": "Events of the positive signals of the channel '" ~ channel ~ "', " ~ measure_phrase(measure) ~ ".",
            }) -%}
        {%- endfor -%}
    {%- endfor -%}

    {#- This week against the weeks before. -#}
    {%- for signal in ["engagement", "page_views", "pricing_page_views", "email_opens", "email_clicks", "product_logins",
                       "active_days"] -%}
        {%- set week = "engagement_7d" if signal == "engagement" else signal_measure(signal, "7d") -%}
        {%- set month = "engagement_30d" if signal == "engagement" else signal_measure(signal, "30d") -%}
        {%- do features.append({
            "name": signal ~ "_velocity_7d", "topic": signal, "unit": "doublings",
            "sql": "log2((" ~ week ~ " + 5e-1) / ((" ~ month ~ " - " ~ week ~ ") * 7 / 2.3e1 + 5e-1))",
            "description": (signal | replace("_", " ") | capitalize) ~ " of the last 7 days against a usual week of the 23 days before, as a base-2 logarithm.",
        }) -%}
    {%- endfor -%}

    {#- Rates. -#}
    {%- for name, part, whole, words in [
        ("email_open_rate", "email_opens", "email_sends", "E-mails opened per e-mail sent"),
        ("email_click_rate", "email_clicks", "email_sends", "E-mails clicked per e-mail sent"),
        ("email_click_to_open_rate", "email_clicks", "email_opens", "E-mails clicked per e-mail opened"),
        ("email_reply_rate", "email_replies", "email_sends", "E-mails answered per e-mail sent"),
        ("pricing_share_of_sessions", "pricing_page_views", "sessions", "Pricing page views per session"),
        ("page_views_per_session", "page_views", "sessions", "Page views per session"),
    ] -%}
        {%- for window in ["30d", "90d"] -%}
            {%- do features.append({
                "name": name ~ "_" ~ window, "topic": part, "unit": "ratio",
                "sql": signal_measure(part, window) ~ " / nullif(" ~ signal_measure(whole, window) ~ ", 0)",
                "description": words ~ " in the last " ~ window[:-1] ~ " days.",
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do features.extend([
        {"name": "minutes_per_session", "topic": "session_minutes", "unit": "minutes",
         "sql": signal_measure("session_minutes", "total") ~ " / nullif(" ~ signal_measure("sessions", "total") ~ ", 0)",
         "description": "Minutes of engagement per session."},
        {"name": "weekend_share_of_active_days", "topic": "weekend_active_days", "unit": "share",
         "sql": signal_measure("weekend_active_days", "total") ~ " / nullif(" ~ signal_measure("active_days", "total") ~ ", 0)",
         "description": "Share of the active days that were at a weekend."},
        {"name": "evening_share_of_active_days", "topic": "evening_active_days", "unit": "share",
         "sql": signal_measure("evening_active_days", "total") ~ " / nullif(" ~ signal_measure("active_days", "total") ~ ", 0)",
         "description": "Share of the active days that began outside 07:00 to 18:00 UTC."},
        {"name": "active_days_share_of_age", "topic": "active_days", "unit": "share",
         "sql": signal_measure("active_days", "total") ~ " / greatest(" ~ days_between("lead_created_at", "moment_at") ~ ", 1)",
         "description": "Active days per day since the lead was created."},
        {"name": "mean_email_response_hours", "topic": "email_responses", "unit": "hours",
         "sql": signal_measure("email_response_hours", "total") ~ " / nullif(" ~ signal_measure("email_responses", "total") ~ ", 0)",
         "description": "Mean time from an e-mail to its first open, click or reply."},

        {"name": "days_since_last_engagement", "topic": "engagement", "unit": "days",
         "sql": days_between("last_engagement_at", "moment_at"),
         "description": "Days since the last event of a positive signal."},
        {"name": "days_since_first_engagement", "topic": "engagement", "unit": "days",
         "sql": days_between("first_engagement_at", "moment_at"),
         "description": "Days since the first event of a positive signal."},
        {"name": "days_from_creation_to_engagement", "topic": "engagement", "unit": "days",
         "sql": days_between("lead_created_at", "first_engagement_at"),
         "description": "Days from the lead's creation to its first engagement; negative if it came first."},
        {"name": "last_engagement_hour", "topic": "engagement_times", "unit": "hour of the day, UTC",
         "sql": "hour(last_engagement_at)",
         "description": "Hour of the last engagement."},
        {"name": "last_engagement_day_of_week", "topic": "engagement_times", "unit": "1 Monday to 7 Sunday",
         "sql": "isodow(last_engagement_at)",
         "description": "Day of the week of the last engagement."},
        {"name": "first_touch_signal", "topic": "first_touch", "type": "category", "sql": "first_signal",
         "description": "Signal of the first engagement."},
        {"name": "last_touch_signal", "topic": "last_touch", "type": "category", "sql": "last_signal",
         "description": "Signal of the last engagement."},
        {"name": "last_touch_channel", "topic": "last_touch", "type": "category", "sql": "last_channel",
         "description": "Channel of the last engagement."},
    ]) -%}

    {#- The funnel. -#}
    {%- set stages = funnel_stages() -%}
    {%- do features.append({
        "name": "funnel_stage_reached", "topic": "funnel", "unit": "0 none to " ~ stages | length,
        "sql": "case"
            ~ " when " ~ stages[3] ~ "_at is not null then 4 when " ~ stages[2] ~ "_at is not null then 3"
            ~ " when " ~ stages[1] ~ "_at is not null then 2 when " ~ stages[0] ~ "_at is not null then 1 else 0 end",
        "description": "Furthest stage of the funnel whose signals the lead has shown: " ~ stages | join(", ") ~ ".",
    }) -%}
    {%- for stage in stages -%}
        {%- do features.append({
            "name": "days_since_" ~ stage ~ "_stage", "topic": "funnel", "unit": "days",
            "sql": days_between(stage ~ "_at", "moment_at"),
            "description": "Days since the first signal of the stage '" ~ stage ~ "'.",
        }) -%}
        {%- if not loop.first -%}
            {%- set before = stages[loop.index0 - 1] -%}
            {%- do features.append({
                "name": "days_from_" ~ before ~ "_to_" ~ stage, "topic": "funnel", "unit": "days",
                "sql": days_between(before ~ "_at", stage ~ "_at"),
                "description": "Days from the first signal of the stage '" ~ before ~ "' to that of '" ~ stage ~ "'; negative if they came the other way round.",
            }) -%}
        {%- endif -%}
    {%- endfor -%}

    {#- The order of the last actions: how much later the first of the two was last seen. -#}
    {%- for later, earlier in [
        ("pricing_page_views", "case_study_views"), ("demo_requests", "pricing_page_views"),
        ("meetings_booked", "demo_requests"), ("email_clicks", "email_sends"),
    ] -%}
        {%- set later_days = signal_measure(later, "days_since_last") -%}
        {%- set earlier_days = signal_measure(earlier, "days_since_last") -%}
        {%- do features.append({
            "name": "is_last_" ~ later ~ "_after_" ~ earlier, "topic": later, "unit": "0 or 1",
            "sql": later_days ~ " < " ~ earlier_days,
            "description": "Whether the last of the " ~ later | replace("_", " ") ~ " came after the last of the " ~ earlier | replace("_", " ") ~ ".",
        }) -%}
    {%- endfor -%}

    {%- set complete = [] -%}
    {%- for feature in features -%}
        {%- do complete.append(dict({"type": "number", "known_when": known}, **feature)) -%}
    {%- endfor -%}
    {{- return(complete) -}}
{% endmacro %}
