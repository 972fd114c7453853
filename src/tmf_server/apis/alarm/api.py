"""Alarm management as an API (TMF642)."""

from tmf_server.apis.alarm.entities import NOUNS
from tmf_server.apis.alarm.intake import AlarmIntake
from tmf_server.apis.alarm.tasks import ACTS, AlarmTasks
from tmf_server.apis.alarm.v4 import ALARM_RULES
from tmf_server.apis.api import Api, Handlers
from tmf_server.rest.verbs.services import Services


def handlers(services: Services) -> Handlers:
    """Return the handlers: tasks change alarms in their own transaction; reports of alarms are stored in groups."""
    start = AlarmTasks(services.records, services.selector, services.settings).start
    intake = AlarmIntake(services.database, services.records, services.settings)
    return Handlers(tasks=dict.fromkeys(ACTS, start), intakes={"alarm": intake})


APIS = (
    Api(
        number="TMF642",
        base_path="/tmf-api/alarmManagement",
        aliases=("/tmf-api/alarm/v4", "/tmf-api/alarm/v5", "/alarmManagement/v5"),
        nouns=NOUNS,
        v4=ALARM_RULES,
        # an alarm may name the alarmed object by an identifier of the source
        kinds_by_default={"AlarmedObjectRef": "resource"},
        handlers=handlers,
    ),
)
