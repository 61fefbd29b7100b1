"""The settings of the whole program by the variables that they are read from."""

from __future__ import annotations

from pydantic import AliasChoices, SecretStr
from pydantic_settings import BaseSettings

from bot.settings import Settings
from ingest.settings import IngestSettings


def _variables(settings: type[BaseSettings], *, secret: bool) -> set[str]:
    found = set()
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        variable = str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"CONFNOTES_{name.upper()}"
        if not secret or SecretStr.__name__ in str(field.annotation):
            found.add(variable)
    return found


VARIABLES = _variables(Settings, secret=False) | _variables(IngestSettings, secret=False)
SECRETS = _variables(Settings, secret=True) | _variables(IngestSettings, secret=True)
