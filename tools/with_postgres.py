"""Runs a command with a fresh PostgreSQL database, which is gone afterwards.

`python -m tools.with_postgres COMMAND …`. The database's URL stands in the variable TMF_CONFORMANCE_DATABASE_URL. The
server is that of TMF_TEST_POSTGRES_URL, or a throw-away one of its own.
"""

import os
import subprocess
import sys

from tests.support.servers.postgres import serving


def main(command: list[str]) -> int:
    """Run the command to its end; its exit status."""
    with serving(os.environ.get("TMF_TEST_POSTGRES_URL")) as server:
        url = server.create_database()
        try:
            return _run(command, {**os.environ, "TMF_CONFORMANCE_DATABASE_URL": url})
        finally:
            server.drop_database(url)


def _run(command: list[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - the command is the caller's own
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the command got it as well, and has things to clean up


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
