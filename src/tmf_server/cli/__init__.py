"""tmf-server: serve, work, look after the database, load and dump records. Commands only; decides nothing else."""

import warnings

import click

from tmf_server import __version__
from tmf_server.cli import database, events, records, serving
from tmf_server.cli.base import Commands, show_settings

# Connexion imports an unused test client, whose deprecation warning is no business of an operator.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tmf-server")
def main() -> None:
    """A server for TM Forum Open APIs. Settings come from TMF_* variables; `tmf-server settings` lists them."""


for command in (
    serving.serve,
    serving.worker,
    database.db,
    database.seed,
    database.reset,
    events.events,
    records.load,
    records.dump,
    records.lifecycle,
    show_settings,
):
    main.add_command(command)
