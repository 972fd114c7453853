"""tmf-server: serve, work, look after the database, load and dump records. Commands only; decides nothing else."""

import click

from tmf_server import __version__
from tmf_server.cli import database, events, records, serving
from tmf_server.cli.base import Commands, show_settings


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
