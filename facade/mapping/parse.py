"""The texts of a pack's files to a compiled Pack, or everything that is wrong in them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from facade.mapping.cases import parse_cases
from facade.mapping.compile.mapping import compile_mapping
from facade.mapping.compile.scope import Fragment, Site
from facade.mapping.concept_maps import ConceptMap, Table, build_concept_map, merge_tables, read_table
from facade.mapping.document import Entry, Map, Node, Scalar, Seq, check_text, parse_document
from facade.mapping.errors import PackError, Problem, suggest
from facade.mapping.filters import Environment
from facade.mapping.overlay import merge
from facade.mapping.pack import Pack
from facade.mapping.recognise import read_recognise
from facade.mapping.streams import check_header_columns, parse_stream, query_columns
from facade.packs import PackFiles

FOLDERS = {"streams": ".sql", "resources": ".yaml", "fragments": ".yaml", "codes": ".csv", "cases": ".yaml"}
_PACK_KEYS = ("pack", "title", "site", "codes", "recognise")


def parse_pack(files: PackFiles, site: Mapping[str, str] | None = None) -> Pack:
    """The pack; `site` overrides the site's values of pack.yaml. Raises PackError with all problems.

    The same texts give the same Pack: a command may parse a pack more than once.
    """
    layers = tuple(tuple(layer.items()) for layer in files.layers)
    return _parsed(files.name, layers, files.places, tuple((site or {}).items()))


_Items = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def _parsed(name: str, layers: tuple[_Items, ...], places: tuple[str, ...], site: _Items) -> Pack:
    return _Parser(name, [dict(layer) for layer in layers], places, dict(site)).parse()


class _Parser:
    def __init__(
        self, name: str, layers: Sequence[Mapping[str, str]], places: tuple[str, ...], site: dict[str, str]
    ) -> None:
        self.name = name
        self.layers = layers
        self.places = places
        self.given = site
        self.problems: list[Problem] = []

    def parse(self) -> Pack:
        self._check_places()
        header = self._merged("pack.yaml")
        if not isinstance(header, Map):
            header = Map({}, "pack.yaml", 1)
        for key, entry in header.entries.items():
            if key not in _PACK_KEYS:
                self._problem(entry.file, entry.line, f"unknown key `{key}`{suggest(key, _PACK_KEYS)}")
        read_recognise(header.get("recognise"), self.problems)
        values = self._site(header)
        maps = self._concept_maps(header)
        streams, columns = {}, {}
        for name, (text, file) in self._latest("streams").items():
            if unreadable := check_text(text):
                self._problem(file, *unreadable)
                continue
            streams[name] = parse_stream(name, text, file, self.problems)
            columns[name] = query_columns(streams[name])
            check_header_columns(streams[name], columns[name], text, file, self.problems)
        environment = Environment(self._zone(values, header), maps)
        compiled = Site(values, environment, maps, self._fragments(), self.problems)
        documents = self._documents()
        plans = {}
        keys = {name: stream.key for name, stream in streams.items()}
        for name, document in documents.items():
            plan = compile_mapping(name, document, compiled, columns, keys=keys)
            if plan is not None:
                plans[name] = plan
        cases = self._cases({*documents, *self._names("resources")})
        if self.problems:
            raise PackError(self.problems)
        by_stream: dict[str, list[Any]] = {}
        for plan in plans.values():
            by_stream.setdefault(plan.doc.stream, []).append(plan)
        return Pack(
            name=_text(header.get("pack")) or self.name,
            title=_text(header.get("title")) or self.name,
            site=values,
            streams=streams,
            columns=columns,
            mappings={name: plan.doc for name, plan in plans.items()},
            concept_maps=maps,
            cases=cases,
            plans=by_stream,
            documents=documents,
            compiled_site=compiled,
        )

    def _problem(self, file: str, line: int, message: str) -> None:
        self.problems.append(Problem(file, line, message))

    def _label(self, layer: int, path: str) -> str:
        place = self.places[layer] if layer < len(self.places) else f"overlay {layer}" if layer else ""
        return f"{place}/{path}" if place else path

    def _names(self, folder: str) -> list[str]:
        """The names of a folder's files, of all layers."""
        suffix = FOLDERS[folder]
        paths = dict.fromkeys(path for layer in self.layers for path in layer)
        return [
            path.removeprefix(f"{folder}/").removesuffix(suffix)
            for path in paths
            if path.startswith(f"{folder}/") and path.endswith(suffix)
        ]

    def _latest(self, folder: str) -> dict[str, tuple[str, str]]:
        """Name: text and label of the file in the last layer that has it."""
        found = {}
        for name in self._names(folder):
            path = f"{folder}/{name}{FOLDERS[folder]}"
            for number, layer in enumerate(self.layers):
                if path in layer:
                    found[name] = (layer[path], self._label(number, path))
        return found

    def _check_places(self) -> None:
        for number, layer in enumerate(self.layers):
            for path in layer:
                folder, _, name = path.rpartition("/")
                top = folder.partition("/")[0]
                if top in FOLDERS:
                    if not name.endswith(FOLDERS[top]):
                        self._problem(
                            self._label(number, path), 1, f"files in {top}/ end with {FOLDERS[top]}"
                        )
                elif top and (hint := suggest(top, FOLDERS)):
                    self._problem(self._label(number, path), 1, f"a pack has no folder `{top}`{hint}")

    def _merged(self, path: str) -> Node | None:
        merged: Node | None = None
        for number, layer in enumerate(self.layers):
            if path not in layer:
                continue
            node = parse_document(layer[path], self._label(number, path), self.problems)
            if node is None:
                continue
            merged = node if number == 0 else merge(merged, node, self.problems)
        return merged

    def _site(self, header: Map) -> dict[str, str]:
        values: dict[str, str] = {}
        written = header.get("site")
        if isinstance(written, Map):
            for key, entry in written.entries.items():
                if isinstance(entry.value, Scalar):
                    values[key] = entry.value.text
                else:
                    self._problem(entry.file, entry.line, f"site.{key} takes one text")
        elif written is not None:
            self._problem(written.file, written.line, "`site:` takes names and values")
        return {**values, **self.given}

    def _zone(self, values: Mapping[str, str], header: Map) -> ZoneInfo | None:
        name = values.get("timezone")
        if not name:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            written = header.get("site")
            entry = written.entries.get("timezone") if isinstance(written, Map) else None
            place = (entry.file, entry.line) if entry else ("pack.yaml", 1)
            self._problem(*place, f"unknown time zone `{name}`{suggest(name, available_timezones())}")
            return ZoneInfo("UTC")

    def _concept_maps(self, header: Map) -> dict[str, ConceptMap]:
        tables: dict[str, Table] = {}
        for name in self._names("codes"):
            path = f"codes/{name}.csv"
            for number, layer in enumerate(self.layers):
                if path not in layer:
                    continue
                file = self._label(number, path)
                if unreadable := check_text(layer[path]):
                    self._problem(file, *unreadable)
                    continue
                table = read_table(layer[path], file, self.problems)
                if table is not None:
                    tables[name] = merge_tables(tables.get(name), table)
        policies = header.get("codes")
        entries: dict[str, Entry] = {}
        if isinstance(policies, Map):
            entries = policies.entries
        elif policies is not None and not (isinstance(policies, Scalar) and not policies.text):
            self._problem(policies.file, policies.line, "`codes:` takes the names of concept maps")
        for name, entry in entries.items():
            if name not in tables:
                self._problem(entry.file, entry.line, f"there is no codes/{name}.csv{suggest(name, tables)}")
        found = {}
        for name, table in tables.items():
            policy, place = {}, (header.file, header.line)
            if name in entries:
                policy = _texts(entries[name].value)
                place = (entries[name].file, entries[name].line)
            found[name] = build_concept_map(name, table, policy, place, self.problems)
        return found

    def _fragments(self) -> dict[str, Fragment]:
        found = {}
        for name in self._names("fragments"):
            node = self._merged(f"fragments/{name}.yaml")
            if node is None:
                continue
            inner = node.get("map") if isinstance(node, Map) else None
            if not isinstance(node, Map) or not isinstance(inner, Map):
                self._problem(node.file, node.line, "a fragment has `fragment: name` and `map: {…}`")
                continue
            for key, entry in node.entries.items():
                if key not in ("fragment", "params", "map"):
                    hint = suggest(key, ("fragment", "params", "map"))
                    self._problem(entry.file, entry.line, f"unknown key `{key}`{hint}")
            written = node.get("params")
            items = written.items if isinstance(written, Seq) else () if written is None else (written,)
            params = tuple(item.text for item in items if isinstance(item, Scalar) and item.text)
            word = _text(node.get("fragment")) or name
            found[word] = Fragment(word, params, inner, node.file, node.line)
        return found

    def _documents(self) -> dict[str, Map]:
        found = {}
        for name in self._names("resources"):
            node = self._merged(f"resources/{name}.yaml")
            if node is None:
                continue
            if not isinstance(node, Map):
                self._problem(node.file, node.line, "a mapping has `resource:`, `stream:`, `id:` and `map:`")
            elif _text(node.get("disabled")) not in ("true", "yes"):
                found[name] = node
        return found

    def _cases(self, mappings: set[str]) -> list[Any]:
        found = []
        for text, file in self._latest("cases").values():
            node = parse_document(text, file, self.problems, tags=True)
            found.extend(parse_cases(node, file, mappings, self.problems))
        return found


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _texts(node: Node) -> dict[str, str]:
    if not isinstance(node, Map):
        return {}
    return {key: entry.value.text for key, entry in node.entries.items() if isinstance(entry.value, Scalar)}
