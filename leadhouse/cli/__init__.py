"""The command-line tool `leadhouse`.

Commands import what they need when they run, so that `leadhouse --help` does not wait for numpy,
Arrow and dbt.
"""

import typer

from leadhouse.cli import backtest, build, demo, explain, features, forget, models, sync

app = typer.Typer(no_args_is_help=True, help="Lead scoring that lives in the warehouse.")
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    build.build
)
app.command()(demo.demo)
app.command()(features.features)
app.command()(backtest.backtest)
app.command()(explain.explain)
app.command()(forget.forget)
app.command()(sync.sync)
app.command()(sync.alerts)
app.add_typer(models.app, name="models")
