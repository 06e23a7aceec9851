"""`leadhouse models ...`: which models there are, and which one scores."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from leadhouse.cli.options import DEFAULT_DATABASE, Database, failing_in_a_sentence

app = typer.Typer(no_args_is_help=True, help="The models of a warehouse.")

Version = Annotated[str, typer.Argument(help="A version, as `leadhouse models list` shows it.")]


@app.command("list")
def list_(
    database: Database = DEFAULT_DATABASE,
    evaluations: Annotated[
        bool, typer.Option("--evaluations", help="Also those fitted only to be tried.")
    ] = False,
) -> None:
    """List the models, the newest first, with their figures forward in time."""
    from leadhouse.cli.tables import figure, plain_table, print_table
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.registry import list_models

    with failing_in_a_sentence("models list", WarehouseError), open_warehouse(database) as opened:
        models = list_models(opened, with_evaluations=evaluations)
    table = plain_table(
        *("", "version", "kind", "role", "trained as of"),
        figures=("horizon", "AUC", "log loss", "decisions"),
    )
    for model in models:
        table.add_row(
            _mark(model),
            model["model_version"],
            model["model_kind"],
            model["role"],
            f"{model['trained_as_of']:%Y-%m-%d}",
            f"{model['horizon_days']} days",
            figure(model["auc"], 3),
            figure(model["log_loss"], 5),
            str(model["decisions"] or ""),
        )
    print_table(table)
    typer.echo("\n* scores now   > scores from the next build on   ! refused; `show` says why")


@app.command()
def show(version: Version, database: Database = DEFAULT_DATABASE) -> None:
    """Show all that is known of a model, in words."""
    from rich.table import Table

    from leadhouse.cli.tables import PlainConsole
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.registry import decisions_about, figures_of, find_model
    from leadhouse.scoring.scorer import find_fault

    with failing_in_a_sentence("models show", WarehouseError), open_warehouse(database) as opened:
        model = find_model(opened, version)
        figures = figures_of(opened, version)
        decisions = decisions_about(opened, version)

    words = Table.grid(padding=(0, 2))
    words.add_column(style="bold", no_wrap=True)
    words.add_column()
    fault = find_fault(model)
    if fault:
        words.add_row("refused", fault)
    for subject, sentence in _sentences(model):
        words.add_row(subject, sentence)
    for decision in decisions:
        made = f"{decision['decision']} as of {decision['decided_as_of']}"
        words.add_row("decided", f"{made}: {decision['reason']}")
    PlainConsole().print(words)
    if figures:
        typer.echo()
        _print_figures(figures)


@app.command()
def promote(
    version: Version,
    reason: Annotated[str, typer.Option(help="Why, for those who come later.")],
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Have a model score from the next build on."""
    from leadhouse import registry
    from leadhouse.database import WarehouseError, open_warehouse

    with (
        failing_in_a_sentence("models promote", WarehouseError),
        open_warehouse(database, read_only=False) as opened,
    ):
        registry.promote(opened, version, reason)
    _tell_who_scores(version)


@app.command()
def rollback(
    reason: Annotated[str | None, typer.Option(help="Why, for those who come later.")] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Have the model that scored before the present one score again."""
    from leadhouse import registry
    from leadhouse.database import WarehouseError, open_warehouse

    with (
        failing_in_a_sentence("models rollback", WarehouseError),
        open_warehouse(database, read_only=False) as opened,
    ):
        version = registry.roll_back(opened, reason)
    _tell_who_scores(version)


@app.command()
def export(
    version: Version,
    out: Annotated[Path, typer.Option(help="Folder to write to: new or empty.")],
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Write a model as ONNX, with its inputs and how to use it from Python, Spark and BigQuery."""
    from leadhouse.database import WarehouseError, open_warehouse
    from leadhouse.export import export_model
    from leadhouse.registry import find_model

    with failing_in_a_sentence("models export", WarehouseError, OSError):
        with open_warehouse(database) as opened:
            model = find_model(opened, version)
        for path in export_model(model, out):
            typer.echo(path)


def _tell_who_scores(version: str) -> None:
    typer.echo(
        f"{version} scores from the next build on, until a later training, recalibration or "
        "decision takes its place."
    )


def _mark(model: dict[str, Any]) -> str:
    if model["fault"]:
        return "!"
    if model["scores"]:
        return "*"
    return ">" if model["is_next"] else ""


def _sentences(model: dict[str, Any]) -> list[tuple[str, str]]:
    """What a row of `lead_models` says, as pairs of a subject and a sentence."""
    from leadhouse.scoring.schema import FeatureSchema

    try:
        schema = FeatureSchema.from_json(model["feature_schema"])
        reads = f"{len(schema)} of the set {model['feature_set_version']}, "
        reads += f"{len(schema.category_positions)} of them categories."
    except ValueError:
        reads = "They cannot be read."
    learnt_from = "Nothing: it has no parameters to learn."
    if model["count_training_rows"]:
        learnt_from = (
            f"{model['count_training_rows']:,} moments from {model['train_from']:%Y-%m-%d} to "
            f"{model['train_to']:%Y-%m-%d}, of {model['count_training_leads']:,} leads, "
            f"{model['count_training_conversions']:,} of which converted."
        )
    calibrated = "Not at all: it gives points, not probabilities."
    if model["calibration"]:
        calibrated = (
            f"On {model['count_calibration_rows']:,} moments, "
            f"{model['count_calibration_conversions']:,} of them won: "
            f"{_listed(model['calibration'])}."
        )
    certified = "None: rules are what they say."
    if model["max_parity_difference"] is not None:
        certified = (
            f"The fitted model and its ONNX graph differ by {model['max_parity_difference']:.1e} "
            "at most."
        )
    began_with = model["base_model_version"]
    return [
        ("model", model["model_version"] + (f", moved from {began_with}" if began_with else "")),
        ("kind, role", f"{model['model_kind']}, {model['role']}"),
        ("why", model["promotion_reason"]),
        (
            "trained",
            f"As of {model['trained_as_of']} from what was known at {model['origin_at']}, in "
            f"training run {model['training_run']}; it looks {model['horizon_days']} days ahead.",
        ),
        ("learnt from", learnt_from),
        ("calibrated", calibrated),
        ("certificate", certified),
        ("features", reads),
        ("parameters", _listed(model["parameters"]) or "None."),
        ("chosen by", _listed(model["metrics"]) or "No figures."),
        ("SHA-256", model["onnx_sha256"]),
        ("made with", _listed(model["library_versions"])),
    ]


def _listed(text: str | None) -> str:
    """A JSON object as words: `name value`, names within names by a dot."""

    def pairs(value: object, name: str) -> list[str]:
        if isinstance(value, dict):
            return [
                pair
                for key, inner in value.items()
                for pair in pairs(inner, f"{name}.{key}" if name else key)
            ]
        return [f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"]

    return ", ".join(pairs(json.loads(text), "")) if text else ""


def _print_figures(figures: list[dict[str, Any]]) -> None:
    from leadhouse.cli.tables import figure, plain_table, print_table

    columns = {
        "leads": ("count_leads", 0),
        "won": ("count_conversions", 0),
        "AUC": ("auc", 3),
        "log loss": ("log_loss", 5),
        "calibration error": ("calibration_error", 4),
        "found in top 20%": ("capture_at_20_percent", 3),
    }
    table = plain_table("split", "origin", figures=tuple(columns))
    for row in figures:
        origin = f"{row['origin_at']:%Y-%m-%d}" if row["origin_at"] else "all"
        values = (figure(row[column], digits) for column, digits in columns.values())
        table.add_row(row["split"], origin, *values)
    print_table(table)
