"""Tools for those who work on the project. Nothing here is installed or used at run time."""
