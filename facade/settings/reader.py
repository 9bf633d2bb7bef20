"""facade.yaml and FACADE_* variables to Settings; every wrong line is named at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from facade.settings.fields import (
    SearchSettings,
    Settings,
    SettingsError,
    SourceSettings,
    StreamSettings,
    readable,
)

_EMPTY: Mapping[str, Any] = MappingProxyType({})
_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_SOURCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def load_settings(
    path: Path | None, environ: Mapping[str, str] | None = None, overrides: Mapping[str, str] = _EMPTY
) -> Settings:
    """Settings from a file (None: no file), then FACADE_* variables, then `overrides` by dotted name.

    Relative paths are relative to the file, or to the working directory without one. `environ` is the
    process's own unless it is given. Raises SettingsError with every problem found.
    """
    environ = os.environ if environ is None else environ
    reader = _Reader(path.name if path else "settings", (path.parent if path else Path()).resolve(), environ)
    tree = reader.parse(path) if path else _Branch({}, "settings")
    for name, variable in _variables().items():
        if variable in environ:
            tree.put(name.split("."), _Leaf(environ[variable], True, variable, expand=False))
    for name, text in overrides.items():
        tree.put(name.split("."), _Leaf(text, True, name, expand=False))
    reader.refuse_strange_variables()
    values = reader.settings(tree)
    if reader.problems:
        raise SettingsError(tuple(reader.problems))
    return Settings(**values)


def _variables() -> dict[str, str]:
    """Each setting that a variable can give, with the variable's name."""
    names = [*readable(Settings), *(f"search.{name}" for name in readable(SearchSettings))]
    return {name: "FACADE_" + name.replace(".", "_").upper() for name in names}


@dataclass(frozen=True)
class _Leaf:
    """A scalar as it was written; `plain` means without quotes, `place` is where a person finds it."""

    text: str
    plain: bool
    place: str
    expand: bool = True


@dataclass
class _Branch:
    """A mapping, or a list (`listed`) under the numbers of its items: options of connectors have them."""

    items: dict[str, _Leaf | _Branch]
    place: str
    listed: bool = False

    def put(self, path: list[str], leaf: _Leaf) -> None:
        if len(path) == 1:
            self.items[path[0]] = leaf
            return
        below = self.items.setdefault(path[0], _Branch({}, leaf.place))
        if isinstance(below, _Branch):
            below.put(path[1:], leaf)


@dataclass
class _Reader:
    """Reads one file's tree into values; collects problems instead of stopping at the first."""

    file: str
    folder: Path
    environ: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def problem(self, place: str, message: str) -> None:
        self.problems.append(f"{place}: {message}")

    def parse(self, path: Path) -> _Branch:
        """The file as a tree; an unreadable file is a problem and an empty tree."""
        place = self.file
        try:
            node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
            tree = self._tree(node) if node is not None else _Branch({}, place)
            if isinstance(tree, _Branch) and not tree.listed:
                return tree
            self.problem(tree.place, "is not a mapping of settings")
        except OSError as error:
            self.problem(str(path), f"cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.problem(place, "is not UTF-8 text")
        except yaml.MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            self.problem(place + line, f"is not YAML: {error.problem or error.context}")
        except yaml.YAMLError:
            self.problem(place, "is not YAML: it holds a character that YAML forbids")
        return _Branch({}, place)

    def _tree(self, node: yaml.Node) -> _Leaf | _Branch:
        place = f"{self.file}:{node.start_mark.line + 1}"
        if isinstance(node, yaml.ScalarNode):
            return _Leaf(node.value, node.style is None, place)
        branch = _Branch({}, place)
        if isinstance(node, yaml.SequenceNode):
            branch.items = {str(number): self._tree(item) for number, item in enumerate(node.value)}
            branch.listed = True
            return branch
        for key, value in node.value:
            where = f"{self.file}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                self.problem(where, "a setting's name must be text")
            elif key.value in branch.items:
                self.problem(where, f"`{key.value}` is written twice")
            else:
                branch.items[key.value] = self._tree(value)
        return branch

    def refuse_strange_variables(self) -> None:
        """A FACADE_* variable that resembles a setting was meant to be one; others belong to others."""
        known = sorted(_variables().values())
        for name in sorted(self.environ):
            if name.startswith("FACADE_") and name not in known:
                stems = [other.removeprefix("FACADE_") for other in known]
                close = get_close_matches(name.removeprefix("FACADE_"), stems, 1, 0.7)
                if close:
                    self.problem(name, f"is no setting; did you mean FACADE_{close[0]}?")

    def settings(self, tree: _Branch) -> dict[str, Any]:
        """The arguments of Settings."""
        parts = {name: self._branch(tree, name) for name in ("sources", "site", "search")}
        values = self._fields(Settings, tree, ignore=tuple(parts))
        limits = SearchSettings(**self._fields(SearchSettings, parts["search"]))
        if limits.default_count > limits.max_count:
            self.problem(parts["search"].place, "default_count is larger than max_count")
        site = {name: self._expanded(leaf) for name, leaf in self._leaves(parts["site"])}
        self._check_zone(parts["site"], site)
        port = values.get("port", readable(Settings)["port"].default)
        values.setdefault("base_url", f"http://localhost:{port}/fhir")
        values["store"] = self._absolute_url(values.get("store", "sqlite:///facade.db"))
        values["key_file"] = self.folder / values.get("key_file", "facade.key")
        if "overlay" in values:
            values["overlay"] = self.folder / values["overlay"]
        sources = {
            name: self._source(name, item, values.get("overlay"))
            for name, item in parts["sources"].items.items()
        }
        return {**values, "site": site, "search": limits, "sources": sources}

    def _source(self, name: str, item: _Leaf | _Branch, overlay: Path | None) -> SourceSettings:
        if not isinstance(item, _Branch) or item.listed or not _SOURCE_NAME.fullmatch(name):
            wrong = (
                "is not a mapping of settings" if _SOURCE_NAME.fullmatch(name) else "is not a source's name"
            )
            self.problem(item.place, f"`{name}` {wrong}")
            return SourceSettings()
        if "pack" not in item.items:
            self.problem(item.place, f"source `{name}` names no pack; add `pack: …`")
        streams = {
            stream: StreamSettings(**self._fields(StreamSettings, below))
            for stream, below in self._branches(self._branch(item, "streams"))
        }
        known = {*readable(SourceSettings), "streams"}
        values = self._fields(SourceSettings, item, ignore=tuple(item.items.keys() - known | {"streams"}))
        if re.search(r"[\\/]", values.get("pack", "")):
            values["pack"] = str(self.folder / values["pack"])
        if "overlay" in values:
            values["overlay"] = self.folder / values["overlay"]
        overlays = tuple(path for path in (overlay, values.get("overlay")) if path is not None)
        options = {key: self._option(value) for key, value in item.items.items() if key not in known}
        if isinstance(options.get("url"), str):
            options["url"] = self._absolute_url(options["url"])
        return SourceSettings(name=name, streams=streams, overlays=overlays, options=options, **values)

    def _fields(self, kind: type[Any], branch: _Branch, ignore: tuple[str, ...] = ()) -> dict[str, Any]:
        known = readable(kind)
        values: dict[str, Any] = {}
        for name, item in branch.items.items():
            if name in ignore:
                continue
            if name not in known:
                close = get_close_matches(name, [*known, *ignore], 1)
                hint = (
                    f"; did you mean `{close[0]}`?"
                    if close
                    else f"; known are {', '.join([*known, *ignore])}"
                )
                self.problem(item.place, f"there is no setting `{name}`{hint}")
            elif isinstance(item, _Branch) and not (item.listed and known[name].metadata["listed"]):
                self.problem(item.place, f"`{name}` must be one value")
            else:
                leaves = self._leaves(item) if isinstance(item, _Branch) else [(name, item)]
                text = ",".join([self._expanded(leaf) for _, leaf in leaves])
                try:
                    values[name] = known[name].metadata["read"](text)
                except ValueError as error:
                    self.problem(item.place, f"`{name}` {error}")
        return values

    def _branch(self, tree: _Branch, name: str) -> _Branch:
        item = tree.items.get(name)
        if isinstance(item, _Branch) and not item.listed:
            return item
        if isinstance(item, _Branch) or (item is not None and item.text):
            self.problem(item.place, f"`{name}` must be a mapping")
        return _Branch({}, tree.place)

    def _branches(self, branch: _Branch) -> Iterator[tuple[str, _Branch]]:
        for name in branch.items:
            yield name, self._branch(branch, name)

    def _leaves(self, branch: _Branch) -> Iterator[tuple[str, _Leaf]]:
        for name, item in branch.items.items():
            if isinstance(item, _Leaf):
                yield name, item
            else:
                self.problem(item.place, f"`{name}` must be one value")

    def _option(self, item: _Leaf | _Branch) -> Any:
        """A connector's option: only what was written plainly becomes a number, a boolean or None."""
        if isinstance(item, _Branch):
            options = {name: self._option(below) for name, below in item.items.items()}
            return list(options.values()) if item.listed else options
        text = self._expanded(item)
        if not item.plain or text != item.text:
            return text
        if re.fullmatch(r"0|-?[1-9]\d{0,17}", text):
            return int(text)
        return {"true": True, "false": False, "null": None, "": None}.get(text, text)

    def _expanded(self, leaf: _Leaf) -> str:
        """`${NAME}` replaced from the environment; `$$` is a dollar before a brace."""
        if not leaf.expand:
            return leaf.text

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return "${"
            if name not in self.environ:
                self.problem(leaf.place, f"the environment variable {name} is not set")
            return self.environ.get(name, "")

        return _REFERENCE.sub(value, leaf.text)

    def _absolute_url(self, url: str) -> str:
        if not url.startswith("sqlite:///"):
            return url
        return "sqlite:///" + (self.folder / url.removeprefix("sqlite:///")).as_posix()

    def _check_zone(self, branch: _Branch, site: Mapping[str, str]) -> None:
        if "timezone" in site:
            try:
                ZoneInfo(site["timezone"])
            except (OSError, ValueError, KeyError):
                self.problem(
                    branch.items["timezone"].place, "`timezone` is not a time zone like Europe/Berlin"
                )
