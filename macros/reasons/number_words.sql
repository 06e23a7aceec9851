{#-
    A number as people write it: 12, 0.25, 4.5, 1,250, 3.14 million. Three digits from a million on are all that a
    float32 is sure to hold when it is told; two decimals below ten, one below a hundred, none above.
-#}
{% macro number_words(number) -%}
    case
        when abs({{ number }}) >= 999500000 then printf('%.3g', {{ number }} / 1e9) || ' billion'
        when abs({{ number }}) >= 999500 then printf('%.3g', {{ number }} / 1e6) || ' million'
        when abs({{ number }}) >= 99.95 then format('{:,}', cast(round({{ number }}) as bigint))
        else regexp_replace(
            printf(case when abs({{ number }}) >= 9.995 then '%.1f' else '%.2f' end, cast({{ number }} as double)),
            '\.?0+$', ''
        )
    end
{%- endmacro %}
