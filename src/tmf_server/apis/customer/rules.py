"""Rules of the customer (TMF629). No HTTP, no SQL."""

from tmf_server.rules.lifecycle import Lifecycle

# Operators have words of their own for it: any may follow any, and each move is reported.
STATUS_LIFECYCLE = Lifecycle("status", {})
