"""What can be told of a lead: the fields that the seed crm_properties maps to properties."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Field:
    """A field, for destinations that make their properties from it.

    A `datetime` is told as text in UTC: `2026-01-31T07:00:00Z`.
    """

    name: str
    type: Literal["number", "text", "datetime"]
    label: str
    description: str


FIELDS = {
    field.name: field
    for field in (
        Field("lead_id", "text", "Lead id", "The lead's id in Leadhouse."),
        Field("score", "number", "Lead score", "0 to 100: the chance of a win, in percent."),
        Field("tier", "text", "Lead tier", "How soon to work the lead: hot, warm or cold."),
        Field(
            "conversion_probability",
            "number",
            "Conversion probability",
            "The chance of a win within the model's horizon, 0 to 1.",
        ),
        Field("reason_1", "text", "Reason 1", "What says most about the score."),
        Field("reason_2", "text", "Reason 2", "What says second most about the score."),
        Field("reason_3", "text", "Reason 3", "What says third most about the score."),
        Field("trend", "text", "Score trend", "Of the last seven days: rising, steady, falling."),
        Field("score_change_7d", "number", "Score change, 7 days", "Points gained in seven days."),
        Field("grade", "text", "Lead grade", "Fit as a letter, engagement as a digit; A1 is best."),
        Field(
            "tier_expires_at",
            "datetime",
            "Tier expires at",
            "When the tier will change if nothing happens.",
        ),
        Field("model_version", "text", "Score model", "The model that gave the score."),
        Field("as_of", "datetime", "Score as of", "The newest fact that the score knows of."),
        Field("scored_at", "datetime", "Scored at", "When the score was calculated."),
        Field("assigned_rep_id", "text", "Assigned rep", "Who should work the lead."),
    )
}
