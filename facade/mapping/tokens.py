"""An expression's text to its tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from facade.mapping.syntax import All, ExpressionError, Index, Path, Step

_TOKEN = re.compile(
    r"""(?P<blank>\s+|\$(?=['(\[]))
    | (?P<path>\$(?=[\w"]))
    | (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<word>\w+(?:[.:\-]\w+)*)
    | (?P<operator>\?\?|!=|<=|>=|[=<>|~()\[\],])
    """,
    re.VERBOSE | re.DOTALL,
)
_STEP = re.compile(
    r"\.(?:(?P<word>\w+)|(?P<quoted>\"(?:[^\"\\]|\\.)*\"))|\[(?:(?P<index>-?[0-9]+)|(?P<all>\*))\]"
)
_ROOT = re.compile(r"(?P<word>\w+)|(?P<quoted>\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "'": "'", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: path, text, number, word, operator or end; `text` without quotes and escapes."""

    kind: str
    text: str
    column: int
    path: Path | None = None


def _unescape(body: str) -> str:
    """Only the known escapes: a regular expression's `\\d` stays as it is."""
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), body)


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, the last of kind `end`; a path is one token."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            character = text[at]
            if character in "'\"":
                raise ExpressionError(f"the quote {character} is never closed", at)
            raise ExpressionError(f"`{character}` means nothing here", at)
        kind = found.lastgroup or ""
        if kind == "path":
            path, end = _path(text, found.end())
            tokens.append(Token("path", text[at:end], at, path))
            at = end
            continue
        if kind == "text":
            tokens.append(Token(kind, _unescape(found[0][1:-1]), at))
        elif kind == "quoted":
            raise ExpressionError("text is written in single quotes; double quotes name a step of a path", at)
        elif kind != "blank":
            tokens.append(Token(kind, found[0], at))
        at = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _path(text: str, at: int) -> tuple[Path, int]:
    root = _ROOT.match(text, at)
    if root is None:
        raise ExpressionError('the quote " is never closed', at)
    at = root.end()
    steps: list[Step] = []
    while found := _STEP.match(text, at):
        if found["index"] is not None:
            steps.append(Index(int(found["index"])))
        elif found["all"] is not None:
            steps.append(All())
        else:
            steps.append(_name(found))
        at = found.end()
    if at < len(text) and text[at] in ".[":
        raise ExpressionError('a path goes on with `.name`, `."a name"`, `[0]` or `[*]`', at)
    return Path(_name(root), tuple(steps)), at


def _name(found: re.Match[str]) -> str:
    return found["word"] if found["word"] is not None else _unescape(found["quoted"][1:-1])
