"""Support for tests of clients: a server with a settable clock and injected faults. Never part of `serve`.

`tmf_server.testing.server.EphemeralServer` is the server, `tmf_server.testing.plugin` the fixture of pytest.
"""
