"""A configuration that was checked, now or when the log followed it, and where it came from."""

from __future__ import annotations

from pathlib import Path

from activity.errors import NotFound
from lasttouch.configuration.config_file import ConfigFile, read_config
from lasttouch.configuration.options import Account, Config


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

    @property
    def database(self) -> Path:
        return self.folder / Path(self.config.database).expanduser()


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
