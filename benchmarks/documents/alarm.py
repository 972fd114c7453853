"""An alarm. Pure."""

from benchmarks.documents.parts import BEGIN, TEXT, Document, id_of, ref

SERIAL = "S000000000000"
"""Stands where each report has to differ from the others, or it would be news of an alarm that is here."""


def alarm(number: int, serial: str = "") -> Document:
    """Alarm number N; every tenth is critical, the others are minor."""
    serial = serial or f"B{number:012d}"
    return {
        "id": id_of(number),
        "@type": "Alarm",
        "externalAlarmId": f"access-{serial}",
        "state": "raised",
        "ackState": "unacknowledged",
        "alarmType": "communicationsAlarm",
        "perceivedSeverity": "critical" if number % 10 == 0 else "minor",
        "probableCause": "lossOfSignal",
        "specificProblem": f"No light on port {serial}",
        "sourceSystemId": "access-manager",
        "reportingSystemId": "umbrella-manager",
        "alarmRaisedTime": BEGIN,
        "alarmReportingTime": BEGIN,
        "alarmChangedTime": BEGIN,
        "alarmDetails": TEXT * 4,
        "proposedRepairedActions": TEXT * 2,
        "isRootCause": False,
        "serviceAffecting": True,
        "plannedOutageIndicator": "InService",
        "alarmedObjectType": "Port",
        "alarmedObject": ref("AlarmedObjectRef", f"bench-port-{number % 4}", name="Port", referred="Resource"),
        "affectedService": [
            ref("ServiceRef", f"bench-service-{n}", name=f"Access {n}", referred="Service") for n in range(7)
        ],
        "comment": [
            {"@type": "Comment", "comment": TEXT, "systemId": "umbrella-manager", "userId": f"u{n}", "time": BEGIN}
            for n in range(4)
        ],
        "crossedThresholdInformation": {
            "@type": "CrossedThresholdInformation",
            "direction": "down",
            "granularity": "15 minutes",
            "indicatorName": "receivedPower",
            "indicatorUnit": "dBm",
            "observedValue": "-31",
            "thresholdCrossingDescription": TEXT,
        },
        "place": [
            {
                "@type": "RelatedPlace",
                "role": "installationSite",
                "relatedPlace": {"@type": "Place", "id": "bench-site", "name": "Harbour exchange"},
            }
        ],
    }
