"""The settings of one call: config.yaml, then the environment, then options; all problems reported at once."""

from batchsync.settings.loader import Loaded, Override, SettingsProblems, load
from batchsync.settings.template import document, template

__all__ = ["Loaded", "Override", "SettingsProblems", "document", "load", "template"]
