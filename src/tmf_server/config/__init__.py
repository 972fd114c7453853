"""The settings: a module for each area, and `Settings` with all areas. Alone reads the environment."""

from tmf_server.config.settings import Declared, Settings, declared, environment

__all__ = ["Declared", "Settings", "declared", "environment"]
