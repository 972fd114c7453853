"""The settings: an area a module, and `Settings`, which holds them all. Alone reads the environment."""

from tmf_server.config.settings import Declared, Settings, declared, environment

__all__ = ["Declared", "Settings", "declared", "environment"]
