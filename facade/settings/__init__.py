"""One frozen Settings, read from facade.yaml and FACADE_* variables."""

from facade.settings.fields import (
    OfDay,
    SearchSettings,
    Settings,
    SettingsError,
    SourceSettings,
    StreamSettings,
    describe_settings,
)
from facade.settings.reader import load_settings

__all__ = [
    "OfDay",
    "SearchSettings",
    "Settings",
    "SettingsError",
    "SourceSettings",
    "StreamSettings",
    "describe_settings",
    "load_settings",
]
