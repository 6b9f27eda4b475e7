"""Reads a benchmark file: what `vico evaluate --config` compares, and its report's texts."""

from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.evaluation.comparison.report import ReportText
from vico_listener.yaml_text import parse_yaml


class BenchmarkConfigError(SettingError):
    """The file cannot be used; the message names the reason."""


@dataclass(frozen=True)
class BenchmarkConfig:
    """The settings of a benchmark; paths are relative to where the command is run.

    Attributes:
        title, introduction: texts of the report; the introduction is Markdown.
        data: folder of features.
        models: ``NAME`` or ``NAME=CHECKPOINT``.
    """

    title: str = ReportText.title
    introduction: str = ''
    data: str = ''
    models: list[str] = field(default_factory=list)


def load_benchmark(path: Path) -> BenchmarkConfig:
    """Read the settings from a YAML file.

    Raises:
        BenchmarkConfigError: it cannot be read, or a key is unknown or of the wrong kind.
    """
    try:
        content = parse_yaml(path.read_text(encoding='utf-8')) or {}
    except OSError as error:
        raise BenchmarkConfigError(f'{path} cannot be read: {error}') from None
    except ValueError as error:
        raise BenchmarkConfigError(f'{path} is not valid YAML: {error}') from None
    if not isinstance(content, dict):
        raise BenchmarkConfigError(f'{path}: keys with values were expected')
    known = {f.name for f in fields(BenchmarkConfig)}
    unknown = sorted(str(key) for key in content.keys() - known)
    if unknown:
        raise BenchmarkConfigError(
            f'{path}: unknown key {", ".join(unknown)}; known are {", ".join(sorted(known))}'
        )
    for name in known & content.keys():
        wanted = list if name == 'models' else str
        texts = content[name] if name == 'models' else [content[name]]
        if not isinstance(content[name], wanted) or not all(isinstance(t, str) for t in texts):
            kind = 'a list of texts' if wanted is list else 'a text'
            raise BenchmarkConfigError(f'{path}: {name} must be {kind}')
    return BenchmarkConfig(**content)
