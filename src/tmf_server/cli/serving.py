"""`serve` and `worker`: the commands of the server and of a separate worker, composed by app.py."""

import contextlib
import json
import signal
import socket
import sys
import tempfile
import threading
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tmf_server.cli.base import Failure, opened, opened_database, read_settings, shown, told
from tmf_server.cli.inputs import setting
from tmf_server.config import Settings, environment

if TYPE_CHECKING:
    from tmf_server.storage.connection.database import Database


@click.command()
@click.option("--host", help="Address to listen on (TMF_HOST, 127.0.0.1).")
@click.option("--port", type=setting("port"), help="Port to listen on (TMF_PORT, 8080).")
@click.option("--workers", type=setting("workers"), help="Processes that serve (TMF_WORKERS, 1).")
@click.option(
    "--openapi",
    "openapi_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of documents to serve instead of the built-in ones: v4/TMF620.yaml, v5/TMF620.yaml …",
)
@click.option("--apis", type=setting("apis"), help="What to serve: TMF620,TMF638/v5 … (TMF_APIS, all).")
@click.option(
    "--seed", type=click.Choice(["demo", "none"]), help="What to put into an empty database (TMF_DEMO, demo)."
)
@click.option(
    "--ephemeral",
    is_flag=True,
    help="For tests: a database and files of its own, removed at the end, and /testing to reset it, set its clock and "
    "inject faults. Prints its URL when it is ready.",
)
@click.option("--json", "as_json", is_flag=True, help="With --ephemeral: print the URLs of all as one line of JSON.")
def serve(*, ephemeral: bool, as_json: bool, seed: str | None, **overrides: Any) -> None:
    """Serve the APIs; on the first start with demo data (TMF_DEMO=0: without)."""
    if as_json and not ephemeral:
        raise click.UsageError("--json needs --ephemeral.")
    settings = _serving(read_settings(**overrides), seed)
    check_address(settings)
    check_port(settings)
    # uvicorn raises the signal again at its end; the handler lets the `with` blocks below end as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if ephemeral:
        _serve_ephemeral(settings, as_json=as_json)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tmf-server-")))
        if settings.server.workers > 1 and settings.observability.metrics_dir is None:
            settings = settings.having(metrics_dir=folder / "metrics")
        prepare(settings)
        _run(settings)


def _serving(settings: Settings, seed: str | None) -> Settings:
    from tmf_server.apis.families import APIS
    from tmf_server.contracts.loading import check_names

    with told():
        check_names(settings.contracts.apis, APIS)
        _tell_unserved(settings)
    return settings if seed is None else settings.having(demo=seed == "demo")


def _tell_unserved(settings: Settings) -> None:
    """Name each unserved document of the operator's folder, with the reason. ValueError for a faulty document."""
    from tmf_server.apis.families import APIS
    from tmf_server.contracts.loading import load_contracts, unserved

    folder = settings.contracts.openapi_dir
    if folder is None:
        return
    loaded = load_contracts(folder, APIS, settings.contracts.apis, settings.contracts.cache_dir)
    for name in unserved(folder, APIS, {one.name for one in loaded}):
        click.echo(f"tmf-server: not served: {name}", err=True)


def _serve_ephemeral(settings: Settings, *, as_json: bool) -> None:
    from tmf_server.observability import logs
    from tmf_server.testing.server import EphemeralServer

    logs.configure(settings)
    with told():
        server = EphemeralServer(settings)
    try:
        server.start()
    except OSError as error:
        raise Failure(f"{settings.server.host}:{settings.server.port}: {error}") from error
    try:
        urls = {"url": server.url(), "control": f"{server.url()}/testing", "apis": server.urls}
        click.echo(json.dumps(urls) if as_json else urls["url"])
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    finally:
        server.stop()


def check_address(settings: Settings) -> None:
    """Raise Failure for an address beyond loopback without authentication."""
    from tmf_server.rest.http.edge.hosts import is_loopback

    if settings.server.proxy_authenticates or is_loopback(settings.server.host):
        return
    raise Failure(
        f"{settings.server.host} can be reached by others, and no authentication is configured. Listen on 127.0.0.1, "
        "or put a proxy that authenticates in front and set TMF_PROXY_AUTHENTICATES=1."
    )


def check_port(settings: Settings) -> None:
    """Raise Failure for an address in use or unknown, before any change of the database."""
    host, port = settings.server.host, settings.server.port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Failure(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose another address with --host and --port, "
            "or end what listens there."
        ) from error


def prepare(settings: Settings) -> None:
    """Migrate the database to the newest schema, and load the demo into an empty database."""
    from tmf_server.storage.connection.migrate import upgrade
    from tmf_server.storage.contents import is_empty

    with opened_database(settings) as database:
        upgrade(database)
        if settings.database.demo and database.transact(is_empty):
            _load_demo(database, settings)


def _load_demo(database: "Database", settings: Settings) -> None:
    from tmf_server.apis.registration import create_registry
    from tmf_server.demo.loading import load_demo_once
    from tmf_server.storage.write.bulk import BulkRecords

    with told():
        registry = create_registry(settings)
    load_demo_once(database, BulkRecords(registry, settings, database.dialect))


def _run(settings: Settings) -> None:
    import uvicorn

    from tmf_server.app import create_app
    from tmf_server.rest.http.edge.listening import server_options, warn_of_others

    # the processes started by uvicorn read their settings from the environment
    environment().update(settings.variables())
    several = settings.server.workers > 1
    with told():
        app = "tmf_server.app:from_environment" if several else create_app(settings)
    warn_of_others(settings)
    uvicorn.run(
        app,
        factory=several,
        workers=settings.server.workers,
        host=settings.server.host,
        port=settings.server.port,
        **server_options(settings),
    )


@click.command()
def worker() -> None:
    """Deliver events and run jobs, beside `serve` with TMF_WORKER=0; any number of them on any machine."""
    from tmf_server.background import create_worker
    from tmf_server.observability.metrics import shared_metrics

    settings = read_settings()
    stopping = threading.Event()
    with opened(settings) as services, shared_metrics(settings.observability.metrics_dir) or nullcontext():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        made = create_worker(services)
        made.start()
        click.echo(f"tmf-server worker on {shown(settings)}", err=True)
        stopping.wait()
        if not made.stop(settings.server.graceful_seconds):
            raise Failure("the worker did not end in time; what it was doing goes on with the next one")
