"""The nouns of alarm management (TMF642): the alarm and the tasks on alarms."""

from sqlalchemy import Table

from tmf_server.apis.alarm import rules, tables
from tmf_server.registry.entity import (
    ABSENT,
    CHANGE,
    DETACH,
    INSTANT,
    KEEP,
    Derivation,
    Entity,
    Projection,
    References,
    projections,
)

ALARM = Entity(
    name="alarm",
    type_name="Alarm",
    storage=Projection(
        tables.alarm,
        projections(
            tables.alarm,
            state="state",
            ack_state="ackState",
            perceived_severity="perceivedSeverity",
            alarm_type="alarmType",
            probable_cause="probableCause",
            specific_problem="specificProblem",
            source_system_id="sourceSystemId",
            external_alarm_id="externalAlarmId",
            is_root_cause="isRootCause",
            raised_time="alarmRaisedTime",
            changed_time="alarmChangedTime",
            cleared_time="alarmClearedTime",
        ),
        computed={"identity": rules.identity, "external_identity": rules.external_identity},
    ),
    lifecycles=(rules.ALARM_LIFECYCLE, rules.ACK_LIFECYCLE),
    references=References(
        # an alarm refers to objects, and outlives the objects
        on_delete={"": KEEP, "correlatedAlarm": DETACH, "parentAlarm": DETACH},
        acyclic=("parentAlarm",),
    ),
    derive=Derivation(
        timestamps={"alarmReportingTime": ABSENT, "alarmChangedTime": CHANGE},
        defaults={"state": rules.ALARM_LIFECYCLE.initial, "ackState": rules.ACK_LIFECYCLE.initial},
        from_self=(rules.clearing,),
        undeclared={"ackTime": INSTANT},
    ),
    intake="alarm",
)


def _task(name: str, table: Table, *stamps: str) -> Entity:
    return Entity(
        name=name,
        type_name=name[:1].upper() + name[1:],
        storage=Projection(table, projections(table, state="state")),
        lifecycles=(rules.ALARM_TASK_LIFECYCLE,),
        references=References(on_delete={"": KEEP}),
        derive=Derivation(
            timestamps=dict.fromkeys(stamps, ABSENT),
            defaults={"state": rules.ALARM_TASK_LIFECYCLE.initial},
        ),
        task=name,
    )


ACK_ALARM = _task("ackAlarm", tables.ack_alarm, "ackTime")
UN_ACK_ALARM = _task("unAckAlarm", tables.un_ack_alarm, "ackTime")
CLEAR_ALARM = _task("clearAlarm", tables.clear_alarm)
COMMENT_ALARM = _task("commentAlarm", tables.comment_alarm)
GROUP_ALARM = _task("groupAlarm", tables.group_alarm)
UN_GROUP_ALARM = _task("unGroupAlarm", tables.un_group_alarm)
TASKS = (ACK_ALARM, UN_ACK_ALARM, CLEAR_ALARM, COMMENT_ALARM, GROUP_ALARM, UN_GROUP_ALARM)

# v4 calls each task by the plural.
NOUNS = {"alarm": ALARM} | {name: one for one in TASKS for name in (one.name, f"{one.name}s")}
