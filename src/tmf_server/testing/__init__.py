"""For those who test against the server: one of their own, with a clock to set and faults to inject. Never served else.

`tmf_server.testing.server.EphemeralServer` is the server, `tmf_server.testing.plugin` the fixture of pytest.
"""
