"""The verbs: functions from a parsed request to a response. Name no noun."""
