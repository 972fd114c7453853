"""Alarm management (TMF642): alarms, tasks on alarms, and the intake of reports."""
