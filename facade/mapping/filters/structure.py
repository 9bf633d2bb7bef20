"""Lists, objects, and values that hold a structure of their own."""

from __future__ import annotations

import base64 as base64_module
import json as json_module
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import phpserialize

from facade.mapping.errors import MappingFailure
from facade.mapping.filters.registry import READS, Context, filter_
from facade.mapping.filters.xml_tree import xml_tree
from facade.mapping.values import as_number, as_text, clean, many


@filter_(takes="items")
def join(separator: str = "") -> Callable[[Any], str]:
    """The items of a list as one text, empty ones left out.

    `$['Anna', '', 'Lee'] | join(' ')` gives `Anna Lee`
    """
    return lambda value: separator.join(map(as_text, many(value)))


@filter_(takes="items")
def first() -> Callable[[Any], Any]:
    """The first item of a list.

    `$['a', 'b'] | first` gives `a`
    """
    return lambda value: many(value)[0]


@filter_(takes="items")
def last() -> Callable[[Any], Any]:
    """The last item of a list.

    `$['a', 'b'] | last` gives `b`
    """
    return lambda value: many(value)[-1]


@filter_(takes="items")
def nth(number: int) -> Callable[[Any], Any]:
    """One item of a list, from 0, or from the end if negative; empty if there are not so many.

    `$'130/85' | split('/') | nth(1)` gives `85`
    """

    def run(value: Any) -> Any:
        items = many(value)
        return items[number] if -len(items) <= number < len(items) else None

    return run


@filter_(takes="items")
def unique() -> Callable[[Any], list[Any]]:
    """The items of a list, each once, in their order.

    `$['b', 'a', 'b'] | unique | join` gives `ba`
    """

    def run(value: Any) -> list[Any]:
        return list({repr(item): item for item in many(value)}.values())

    return run


@filter_(takes="items")
def sort(key: str = "") -> Callable[[Any], list[Any]]:
    """The items of a list in order (of objects: by the value of a key), numbers before text, equal ones as
    they were.

    `$['b', '10', '9'] | sort | join(' ')` gives `9 10 b`
    """

    def rank(item: Any) -> tuple[int, Decimal, str]:
        value = clean(item.get(key)) if key and isinstance(item, dict) else item
        if value is None or isinstance(value, (dict, list)):
            return (2, Decimal(0), "")
        number = as_number(value)
        return (1, Decimal(0), as_text(value)) if number is None else (0, Decimal(number), "")

    return lambda value: sorted(many(value), key=rank)


@filter_(takes="items")
def only(key: str, value: str) -> Callable[[Any], list[Any]]:
    """Those objects of a list whose key has this value.

    `$phones | only(type, 'home')`
    """

    def run(items: Any) -> list[Any]:
        kept = []
        for item in many(items):
            found = clean(item.get(key)) if isinstance(item, dict) else None
            if found is not None and not isinstance(found, (dict, list)) and as_text(found) == value:
                kept.append(item)
        return kept

    return run


@filter_(takes="items")
def keys() -> Callable[[Any], list[str]]:
    """The names in an object, in their order.

    `$'{"a": 1, "b": 2}' | json | keys | join` gives `ab`
    """
    return lambda value: list(value) if isinstance(value, dict) else []


@filter_(takes="items")
def get(name: str) -> Callable[[Any], Any]:
    """The value of a name in an object (of the first object, if it is a list).

    `$'{"a": {"b": 7}}' | json | get(a) | get(b)` gives `7`
    """

    def run(value: Any) -> Any:
        item = many(value)[0]
        return clean(item.get(name)) if isinstance(item, dict) else None

    return run


@filter_(sees_row=True)
def field() -> Callable[[str, Any, Context], Any]:
    """The value of the record's column that is named by this value: for tables that name columns.

    `$v.column | field | decimal`
    """

    def run(name: str, row: Any, context: Context) -> Any:
        if context[READS] is not None:
            context[READS].append(name)
        return clean(row.get(name))

    return run


@filter_()
def json() -> Callable[[str], Any]:
    """The tree of a JSON text; numbers keep their digits.

    `$'[1.50, 2]' | json | first` gives `1.50`
    """

    def run(text: str) -> Any:
        try:
            return clean(json_module.loads(text, parse_float=Decimal, parse_constant=_refuse))
        except ValueError:
            raise MappingFailure("cannot read the value as JSON") from None

    return run


def _refuse(constant: str) -> None:
    raise ValueError(constant)


@filter_()
def php() -> Callable[[str], Any]:
    """The tree of a text that PHP serialised; an array numbered from 0 becomes a list, an object its fields.

    `$'a:2:{s:1:"f";i:1;s:1:"t";s:3:"day";}' | php | get(t)` gives `day`
    """

    def run(text: str) -> Any:
        data = text.encode("utf-8", "surrogatepass")
        try:
            loaded = phpserialize.loads(data, decode_strings=True, object_hook=lambda _, fields: fields)
        except (ValueError, TypeError, KeyError, UnicodeError, RecursionError, OverflowError, MemoryError):
            raise MappingFailure("cannot read the value as PHP's serialised data") from None
        return clean(_php_tree(loaded))

    return run


def _php_tree(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if list(value) == list(range(len(value))):
        return [_php_tree(item) for item in value.values()]
    return {str(key): _php_tree(item) for key, item in value.items()}


@filter_()
def xml() -> Callable[[str], Any]:
    """The tree of an XML text or fragment: child elements by name (a list where a name repeats), attributes
    as `@name`, text beside them as `#text`. A DOCTYPE is refused.

    `$'<rdohip>1234</rdohip><rd>Lee</rd>' | xml | get(rd)` gives `Lee`
    """
    return lambda text: clean(xml_tree(text))


@filter_()
def base64() -> Callable[[str], str]:
    """The UTF-8 bytes of the text in base64, for an Attachment's `data`. (Binary columns arrive in base64
    already.)

    `$'Hi' | base64` gives `SGk=`
    """
    return lambda text: base64_module.b64encode(text.encode("utf-8", "replace")).decode("ascii")
