"""Policies as TOML files: reading one, with errors that name key and value, and an annotated one to begin with.

TOML is described at https://toml.io.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import msgspec

from callerid_analytics.audit.policy import Policy
from callerid_analytics.audit.rules import RULES, check_ids
from callerid_analytics.errors import ExportError, PolicyError
from callerid_analytics.files import StrPath, reading

_FIELD = re.compile(r"Object (?P<what>contains unknown|missing required) field `(?P<key>.*)`")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")


def load_policy(path: StrPath) -> Policy:
    """Read a policy.

    Parameters
    ----------
    path : path
        Of a TOML file; `default_policy_toml` returns one with all its keys, explained.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        The file cannot be read, is no TOML, has a key that there is not or a value that its key cannot have, or
        names a rule that there is not.
    """
    try:
        with reading(path) as file:
            content = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path} is no TOML file: {error}.") from error
    except ExportError as error:
        raise PolicyError(str(error)) from error
    try:
        policy = msgspec.convert(content, Policy)
        check_ids(policy)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{path}: {_sentence(str(error), content)}") from error
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from error
    return policy


def default_policy_toml() -> str:
    """Return an annotated policy that changes nothing, to be saved, read and adapted.

    Examples
    --------
    >>> default_policy_toml().splitlines()[0]
    '# A policy of the audit. As it stands it changes nothing: take a # away to make a line count.'
    """
    template = files("callerid_analytics.audit").joinpath("default_policy.toml").read_text(encoding="utf-8")
    severities = "\n".join(f'# {rule.id} = "{rule.severity}"' for rule in RULES)
    return template.replace("# (the rules)", severities)


def _sentence(message: str, content: dict[str, Any]) -> str:
    """Turn a message of msgspec's, which ends in the path of what is wrong, into one with key and value."""
    problem, _, path = message.partition(" - at `$")
    where, value = path.removesuffix("`").removeprefix("."), _at(content, path)
    inside = f" in {where}" if where else ""
    if field := _FIELD.fullmatch(problem):
        if field["what"] == "missing required":
            return f"{field['key']} is missing{inside}, which is {value!r:.200}."
        return f"{field['key']} is {value[field['key']]!r:.200}, but there is no such key{inside}."
    if problem.endswith("."):  # a sentence of ours
        return f"{problem[:-1]}{inside}."
    return f"{where} is {value!r:.200}: {problem[0].lower()}{problem[1:]}."


def _at(content: Any, path: str) -> Any:
    """Return the value at a path such as ``.rules[0].id``."""
    for key, index in _STEP.findall(path):
        content = content[int(index)] if index else content[key]
    return content
