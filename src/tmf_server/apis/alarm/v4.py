"""How v4 shows alarms and the tasks on them (TMF642). Data only."""

from tmf_server.rest.versions.rules import Rules, Wrap

ALARM_RULES: Rules = {
    ("RelatedPlaceRefOrValue", "RelatedPlace"): (Wrap("relatedPlace"),),
}
