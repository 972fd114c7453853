"""Rules of the v4 view of alarms and of tasks on alarms. Data only."""

from tmf_server.rest.versions.rules import Rules, Wrap

ALARM_RULES: Rules = {
    ("RelatedPlaceRefOrValue", "RelatedPlace"): (Wrap("relatedPlace"),),
}
