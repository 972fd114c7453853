"""The tables of alarms and of tasks on alarms (TMF642). No queries."""

from sqlalchemy import Column, Table

from tmf_server.model.base import Flag, Instant, Text, record_table

# The intake finds the alarm of a repeated report by `identity` or `external_identity`, digests of the attributes of a
# fault; neither is unique, the newest match wins.
alarm = record_table(
    "alarm",
    Column("identity", Text),
    Column("external_identity", Text),
    Column("state", Text),
    Column("ack_state", Text),
    Column("perceived_severity", Text),
    Column("alarm_type", Text),
    Column("probable_cause", Text),
    Column("specific_problem", Text),
    Column("source_system_id", Text),
    Column("external_alarm_id", Text),
    Column("is_root_cause", Flag),
    Column("raised_time", Instant),
    Column("changed_time", Instant),
    Column("cleared_time", Instant),
    indexes=(
        "identity",
        "external_identity",
        "state",
        "ack_state",
        "perceived_severity",
        "alarm_type",
        "probable_cause",
        "external_alarm_id",
        "raised_time",
        "changed_time",
    ),
)


def _task(name: str) -> Table:
    return record_table(name, Column("state", Text), indexes=("state",))


ack_alarm = _task("ack_alarm")
un_ack_alarm = _task("un_ack_alarm")
clear_alarm = _task("clear_alarm")
comment_alarm = _task("comment_alarm")
group_alarm = _task("group_alarm")
un_group_alarm = _task("un_group_alarm")
