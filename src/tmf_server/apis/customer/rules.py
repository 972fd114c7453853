"""Rules of the customer (TMF629). No HTTP, no SQL."""

from tmf_server.rules.lifecycle import Lifecycle

# Operators use words of their own: any state may follow any state, and each move is reported.
STATUS_LIFECYCLE = Lifecycle("status", {})
