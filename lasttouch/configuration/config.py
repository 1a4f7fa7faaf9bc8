"""A configuration that was checked, now or when the log followed it, and where it came from."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from activity.errors import NotFound
from lasttouch.configuration.config_file import ConfigFile, read_config
from lasttouch.configuration.database_options import database_place
from lasttouch.configuration.options import Account, Config
from lasttouch.configuration.server_options import PASSWORD_WAYS


class LoadedConfig:
    """`digest` stands for the text of the configuration, "" where it has none."""

    def __init__(self, path: Path, config: Config, digest: str = "") -> None:
        self.path = path
        self.config = config
        self.digest = digest

    def account(self, name: str) -> Account:
        """Raises NotFound."""
        accounts = self.config.accounts
        found = next((one for one in accounts if one.name == name), None)
        if found is None:
            names = ", ".join(one.name for one in accounts)
            raise NotFound(f"there is no account {name!r}", f"the configuration has: {names}")
        return found

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent

    def beside(self, path: str | None) -> str | None:
        """A path as it counts from the configuration's folder; None for none."""
        return None if path is None else str(self.folder / Path(path).expanduser())

    @cached_property
    def database(self) -> Path:
        if "://" not in self.config.database:
            return self.folder / Path(self.config.database).expanduser()
        return database_place(self.config.database, self._password_options, self.folder)

    @property
    def _password_options(self) -> dict[str, str | None]:
        return {way: getattr(self.config, way) for way in PASSWORD_WAYS}


def load_config(path: Path) -> LoadedConfig:
    """Read and check a configuration.

    Raises ConfigError that lists every problem with its place in the file.
    """
    from lasttouch.configuration.checking import checked  # noqa: PLC0415 - takes longer to import than a pass takes

    file = read_config(path)
    return LoadedConfig(path, checked(file), file.digest)


def checked_before(file: ConfigFile) -> LoadedConfig:
    """The configuration of a file whose very text was checked before, by the same options."""
    return LoadedConfig(file.path, Config.of_checked(file.data), file.digest)
