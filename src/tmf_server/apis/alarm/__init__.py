"""Alarm management (TMF642): alarms, the tasks on them, their intake."""
