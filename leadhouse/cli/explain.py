"""`leadhouse explain`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence

if TYPE_CHECKING:
    from rich.console import RenderableType

    from leadhouse.cards import Card, PastCard

_BARS = "▁▂▃▄▅▆▇█"
_PARTS = {
    "from_decay": "time passed",
    "from_events": "events",
    "from_attributes": "facts of the CRM",
    "from_model": "another model",
}


def explain(
    lead_id: Annotated[str, typer.Argument(help="The lead, as the CRM names it.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(help="The card as it was told at that moment; a day begins at midnight, UTC."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Print a lead's card: score, reasons, history, what changed, similar leads."""
    from leadhouse.cards import find_card, find_past_card
    from leadhouse.cli.tables import PlainConsole
    from leadhouse.database import WarehouseError, open_warehouse

    with failing_in_a_sentence("explain", WarehouseError), open_warehouse(database) as opened:
        if as_of is None:
            blocks = _now(find_card(opened, lead_id))
        else:
            blocks = _then(find_past_card(opened, lead_id, as_of))
    console = PlainConsole()
    for title, *lines in blocks:
        console.print("", title, sep="\n", style="bold")
        console.print(*lines, sep="\n")


def _now(card: "Card") -> "list[Sequence[RenderableType]]":
    """Blocks: each a title and lines, or a table in place of them."""
    score = card.score
    return [
        _heading(score),
        ("Tier", _tier(score)),
        ("Trend", _trend(score), _plot(card.history)),
        ("Why, in points of score", _reasons(card)),
        ("Since the last run", _changes(card)),
        ("Past leads that looked alike to the model", _similar(card.similar)),
    ]


def _then(card: "PastCard") -> "list[Sequence[RenderableType]]":
    score = card.score
    reasons = [
        f"{'+' if reason['direction'] == 'for' else '-'} {reason['topic_label']}"
        for reason in card.reasons
    ]
    return [
        _heading(score),
        ("Tier", f"{score['tier']}, since {score['tier_since']:%Y-%m-%d}."),
        ("Trend", _plot(card.history)),
        ("Why", *(reasons or ["Nothing spoke for or against it."])),
    ]


def _heading(score: dict[str, Any]) -> tuple[str, ...]:
    account = f", account {score['account_id']}" if score["account_id"] else ""
    probability = score["conversion_probability"]
    meaning = "Points of the rules, no probability."
    if probability is not None:
        meaning = f"Of such leads {probability:.1%} are won within {score['horizon_days']} days."
    # Nobody scores above all of them, though the share may be rounded to 100.
    above = min(int(score["score_percentile"]), 99)
    return (
        f"Lead {score['lead_id']}{account}, as of {score['as_of']:%Y-%m-%d %H:%M}",
        f"Score {score['score']:.1f} of 100, above {above}% of the open leads. {meaning}",
        f"Grade {score['grade']}: fit {score['fit_score']:.0f}, engagement "
        f"{score['engagement_score']:.0f}, each of 100.",
        f"Model {score['model_version']} ({score['model_kind']}).",
    )


def _tier(score: dict[str, Any]) -> str:
    days = score["days_in_tier"]
    expires_at = score["tier_expires_at"]
    stays = (
        f"If nothing happens, that ends on {expires_at:%Y-%m-%d}."
        if expires_at
        else "Time alone does not end that, as far as one looks ahead."
    )
    return f"{score['tier']}, for {days} {'day' if days == 1 else 'days'}. {stays}"


def _trend(score: dict[str, Any]) -> str:
    change = score["score_change_7d"]
    moved = (
        "No score was told 7 days ago."
        if change is None
        else f"{score['trend'].capitalize()}: {change:+.1f} in 7 days."
    )
    return f"{moved} It leapt in the last day." if score["is_score_spike"] else moved


def _plot(history: Sequence[dict[str, Any]]) -> str:
    """A bar for each run, from 0 to the highest."""
    scores = [run["score"] for run in history]
    highest = max(*scores, 0.1)
    bars = "".join(_BARS[round(score / highest * (len(_BARS) - 1))] for score in scores)
    ends = [history[0], history[-1]] if len(history) > 1 else history
    told = ", ".join(f"{run['score']:.1f} on {run['as_of']:%Y-%m-%d}" for run in ends)
    return f"{bars}  {told}"


def _reasons(card: "Card") -> "RenderableType":
    table = _columns()
    for reason in card.reasons:
        sign = "" if reason["direction"] == "base" else "+"
        table.add_row(f"{reason['contribution_points']:{sign}.2f}", reason["reason"])
    table.add_row(f"{card.score['score']:.1f}", "is the score.")
    return table


def _changes(card: "Card") -> "RenderableType":
    change = card.change
    if card.previous_as_of is None:
        return "There was no run before this one."
    since = f"{card.previous_as_of:%Y-%m-%d %H:%M}"
    if change is None:
        return f"The score is what it was on {since}."
    if change["status"] == "new":
        return f"The lead was not open on {since}."
    table = _columns()
    table.add_row(f"{change['from_score']:.1f}", f"was the score on {since}.")
    for column, words in _PARTS.items():
        if change[column]:
            table.add_row(f"{change[column]:+.1f}", words)
            if column == "from_events":
                for signal in card.change_signals:
                    table.add_row("", f"  {signal['points']:+.1f} {signal['topic_label']}")
    table.add_row(f"{change['to_score']:.1f}", "is the score now.")
    return table


def _similar(leads: Sequence[dict[str, Any]]) -> "RenderableType":
    if not leads:
        return "No lead with a known end is there yet."
    table = _columns()
    for lead in leads:
        end = (
            f"won on {lead['won_at']:%Y-%m-%d}"
            if lead["won_at"]
            else f"closed without a win on {lead['closed_at']:%Y-%m-%d}"
        )
        table.add_row(
            lead["lead_id"],
            f"was like this on {lead['moment_at']:%Y-%m-%d}, and {end}.",
        )
    return table


def _columns() -> Any:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table
