"""A configuration that was checked, now or when the log followed it, and where it came from."""

from __future__ import annotations

from pathlib import Path

from lasttouch.configuration.config_file import ConfigFile, read_config
from lasttouch.configuration.options import Config


class LoadedConfig:
    """`digest` stands for the text of the configuration, "" where it has none."""

    def __init__(self, path: Path, config: Config, digest: str = "") -> None:
        self.path = path
        self.config = config
        self.digest = digest

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent

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
