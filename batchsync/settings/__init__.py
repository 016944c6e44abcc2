"""The settings of one call: config.yaml, then the environment, then options; all faults told at once."""

from batchsync.settings.load import Given, Loaded, SettingsWrong, load
from batchsync.settings.template import document, template

__all__ = ["Given", "Loaded", "SettingsWrong", "document", "load", "template"]
