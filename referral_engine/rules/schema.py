"""JSON Schema of the rule language, for completion and hover in editors.

Draft 7, because that is what YAML editors understand. It is generated from the same registries
that the loader reads; what only the loader can judge (units of an organisation, loops, order of
tables) is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from referral_engine.rules import vocabulary
from referral_engine.rules.alias import CONDITION_KEYS, KEYS
from referral_engine.rules.effects import DECIDING, PREPARING
from referral_engine.rules.escalation_effects import ESCALATION_EFFECTS
from referral_engine.rules.fields import Field, Registry, Scope, registry
from referral_engine.rules.issue_nodes import ISSUE_KEYS
from referral_engine.rules.key_meanings import KEY_MEANINGS
from referral_engine.rules.load import KINDS
from referral_engine.rules.operators import Operator, Takes, operators_for
from referral_engine.rules.rule_tests import EXPECTATIONS

__all__ = ["json_schema"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_SPAN: Schema = {"type": "string", "pattern": r"^[0-9]+(m|h|d|wh|wd)$"}
_WINDOW: Schema = {"type": "string", "pattern": r"^[0-9]+(m|h|d|w)$"}
# Underscores may group digits, and a share may be written as 80%.
_INT: Schema = {"type": ["integer", "string"], "pattern": r"^[+-]?[0-9]+(_[0-9]+)*$"}
_NUMBER: Schema = {"type": ["number", "string"], "pattern": r"^[+-]?[0-9._]+([eE][+-]?[0-9]+)?%?$"}
# `yes` and `no` are words to an editor, and truths to the loader.
_BOOL: Schema = {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off", "是", "否"]}]}
_TARGETS: Schema = {"$ref": "#/definitions/targets"}
_TARGET: Schema = {"$ref": "#/definitions/target"}
_WITHIN: Schema = {"$ref": "#/definitions/within"}
_SCOPES: tuple[Scope, ...] = ("routing", "escalation", "warning", "indicator")


def json_schema(fields: Registry | None = None) -> Schema:
    """The schema of a rule file of any kind, keys in both languages."""
    known = fields or registry()
    kinds = _kinds()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Referral rules",
        "type": "object",
        "allOf": [
            {"if": _is_kind(kind), "then": {"$ref": f"#/definitions/{kind}"}} for kind in kinds
        ],
        "properties": {"kind": _kind_words(), KEYS["kind"]: _kind_words()},
        "anyOf": [{"required": [word]} for key in ("kind", "tests") for word in (key, KEYS[key])],
        "definitions": kinds | _shared() | _conditions(known),
    }


# -- kinds --------------------------------------------------------------------------------------


def _kinds() -> dict[str, Schema]:
    table = {"kind": _kind_words(), "rank": {"type": "integer"}}
    routing = table | {
        "hit": {"enum": ["first", "all", "首个", "全部"]},
        "when": _condition("routing"),
        "rules": _list(_rule("routing", DECIDING | PREPARING | {"why"})),
        "default": _mapping(
            _pick({"refer", "within", "path", "why", "basis", "name"})
            | {"intended": _mapping({"when": _condition("routing"), "why": _TEXT}, ("when", "why"))}
        ),
    }
    escalation = table | {
        "when": _condition("escalation"),
        "rules": _list(_rule("escalation", ESCALATION_EFFECTS | {"on", "priority"})),
    }
    warning = table | {
        "when": _condition("warning"),
        "rules": _list(_rule("warning", {"count", "share", "trend", "raise"})),
    }
    return {
        "routing": _mapping(routing, ("hit", "rules")),
        "escalation": _mapping(escalation, ("rules",)),
        "warning": _mapping(warning, ("rules",)),
        "indicator": _mapping(table | {"rules": _list(_indicator())}, ("rules",)),
        "path": _mapping(table | {"paths": _list(_path())}, ("paths",)),
        "lists": _mapping(table | {"lists": _free(_list(_TEXT))}, ("lists",)),
        "whistles": _mapping(table | _whistles()),
        "categories": _mapping(table | {"categories": _free({})}, ("categories",)),
        "tests": _mapping({"kind": _kind_words(), "tests": _list(_test())}, ("tests",)),
    }


def _rule(scope: Scope, effects: Iterable[str]) -> Schema:
    keys = _pick({"id", "name", "basis", "effective", *effects})
    return _mapping(keys | {"when": _condition(scope)}, ("id", "name"))


def _indicator() -> Schema:
    condition = _condition("indicator")
    keys = _pick({"id", "name", "basis", "weight", "target", "normalise", "parts"})
    of = {"enum": ["cases", "referrals", "案件", "承办"]}
    return _mapping(
        keys | {"of": of, "numerator": condition, "denominator": condition}, ("id", "name")
    )


def _path() -> Schema:
    end = {"anyOf": [_TEXT, _mapping({"next": _TEXT, "outcome": _words(vocabulary.OUTCOMES)})]}
    objection = _mapping({"next": _TEXT, "within": _SPAN}, ("next", "within"))
    on = _mapping({"success": end, "failure": end, "objection": objection})
    keys = {"on": on, "decline": _SPAN, "extend": _WITHIN, "final": _BOOL}
    keys["stops"] = _list(_words(vocabulary.STOPS))
    promise = _words(vocabulary.PROMISES)
    keys["begins"] = {"anyOf": [promise, _list(promise)]}
    step = _mapping(_pick({"id", "name", "refer", "within"}) | keys, ("id", "name"))
    return _mapping(_pick({"id", "name", "basis"}) | {"steps": _list(step)}, ("id", "steps"))


def _whistles() -> dict[str, Schema]:
    levels = {word: _WITHIN for pair in vocabulary.WHISTLES.items() for word in pair}
    return {
        "whistles": {"type": "object", "properties": levels, "additionalProperties": False},
        "dispatch": _WITHIN,
        "case": _WITHIN,
    }


def _test() -> Schema:
    expect = _closed(EXPECTATIONS)
    step = _mapping({"after": _SPAN, "at": {"type": "string"}, "do": {}, "expect": expect})
    issue = _closed(ISSUE_KEYS)
    keys = {"name": _TEXT, "issue": issue, "texts": _list(_TEXT)}
    keys |= {"earlier": _list(issue), "expect": expect}
    return _mapping(keys | {"then": _list(step)}, ("name", "issue", "expect"))


# -- keys ---------------------------------------------------------------------------------------


def _pick(names: Iterable[str]) -> dict[str, Schema]:
    known = _values()
    return {name: known[name] for name in sorted(names)}


def _values() -> dict[str, Schema]:
    """What stands under each key of a rule."""
    day = {"type": "string", "format": "date"}
    counted = {"group_by": _some(_TEXT), "within": _WINDOW, "at_least": _NUMBER}
    parts = {"type": "object", "additionalProperties": _NUMBER}
    raised = {"level": _words(vocabulary.WARNING_LEVELS), "notify": _TARGETS, "cool_down": _WINDOW}
    against = {"enum": ["lead", "support", "unit", "owner", "主办", "协办", "承办单位", "责任单位"]}
    return {
        "id": _TEXT,
        "name": _TEXT,
        "basis": _TEXT,
        "why": _TEXT,
        "effective": _mapping({"from": day, "until": day}),
        "refer": {"$ref": "#/definitions/refer"},
        "within": _WITHIN,
        "path": _TEXT,
        "set": {"$ref": "#/definitions/set"},
        "tag": _some(_TEXT),
        "seal": _words(vocabulary.SEALS),
        "link": _words(vocabulary.LINKS),
        "suggest": _list(_mapping({"to": _TARGET, "share": _NUMBER}, ("to", "share"))),
        "redirect": _words(vocabulary.REDIRECTS),
        "reject": _words(vocabulary.REJECT_GROUNDS),
        "on": {},
        "priority": {"type": "integer"},
        "derive": _TEXT,
        "remind": _TARGETS,
        "supervise": _TARGETS,
        "step_up": _TARGETS,
        "notify": _TARGETS,
        "confer": _TARGETS,
        "designate": _TARGETS,
        "recommend": _mapping(
            {"step": _words(vocabulary.STEPS), "against": against}, ("step", "against")
        ),
        "count": _mapping(counted, ("within", "at_least")),
        "share": _mapping(counted | {"of": _condition("warning")}, ("of", "within", "at_least")),
        "trend": _mapping(
            {"group_by": _some(_TEXT), "over": _WINDOW, "ratio_at_least": _NUMBER},
            ("over", "ratio_at_least"),
        ),
        "raise": _mapping(raised, ("level",)),
        "weight": _NUMBER,
        "target": _NUMBER,
        "normalise": _mapping({"zero_at": _NUMBER, "full_at": _NUMBER}, ("zero_at", "full_at")),
        "parts": parts,
    }


def _shared() -> dict[str, Schema]:
    support = _mapping({"to": _TARGET, "within": _WITHIN, "required": _BOOL}, ("to",))
    present = _mapping({"first_present": _list(_TEXT)}, ("first_present",))
    refer = {
        "lead": _TARGET,
        "support": _some({"anyOf": [_TARGET, support]}),
        "whistle": _words(vocabulary.WHISTLES),
    }
    since = {"type": "object", "minProperties": 1, "maxProperties": 1}
    clock = {"anyOf": [_SPAN, since]}
    clocks = {word: clock for pair in vocabulary.CLOCKS.items() for word in pair}
    return {
        "target": {"anyOf": [_TEXT, present]},
        "targets": {"anyOf": [_TARGET, _list(_TARGET)]},
        "refer": _mapping(refer, ("lead",)),
        "within": {
            "type": "object",
            "properties": clocks,
            "additionalProperties": clock,
        },
    }


# -- conditions ---------------------------------------------------------------------------------


def _conditions(fields: Registry) -> dict[str, Schema]:
    """A definition for each kind of table, and ``set`` with the fields that rules may set."""
    found = {f"condition-{scope}": _of_scope(fields, scope) for scope in _SCOPES}
    settable = {
        word: _operand(field)
        for field in fields
        if field.settable
        for word in (field.name, field.key)
    }
    found["set"] = {"type": "object", "properties": settable, "additionalProperties": False}
    return found


def _of_scope(fields: Registry, scope: Scope) -> Schema:
    parts = _list(_condition(scope)) | {"minItems": 1}
    repeats = _mapping(
        {"same": _list(_TEXT), "within": _WINDOW, "at_least": {"type": "integer", "minimum": 2}},
        ("same", "within", "at_least"),
    )
    joins = {"all": parts, "any": parts, "not": _condition(scope), "repeats": repeats}
    keys = {word: joins[key] for key in joins for word in (key, CONDITION_KEYS[key])}
    for field in fields.within(scope):
        keys |= {field.name: _leaf(field), field.key: _leaf(field)}
    return {
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _leaf(field: Field) -> Schema:
    tests: dict[str, Schema] = {}
    for operator in operators_for(field.type):
        operand = _taken(field, operator) | {"description": f"{operator.alias}: {operator.meaning}"}
        tests |= {operator.name: operand, operator.alias: operand}
    return {
        "type": "object",
        "description": f"{field.label}: {field.meaning}",
        "properties": tests,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _taken(field: Field, operator: Operator) -> Schema:
    one = _operand(field)
    named = {"type": "string", "pattern": r"^\$"}
    by_takes: dict[Takes, Schema] = {
        "many": {"anyOf": [_list(one), named]},
        "words": {"anyOf": [_list(_TEXT), named]},
        "pair": _list(one) | {"minItems": 2, "maxItems": 2},
        "bool": _BOOL,
        "hours": {"type": "string", "pattern": r"^\d{1,2}:\d{2}\s*[-–~]\s*\d{1,2}:\d{2}$"},
        "season": {"type": "string", "pattern": r"^\d{1,2}-\d{1,2}\s*\.\.\s*\d{1,2}-\d{1,2}$"},
        "day": _words(vocabulary.DAYS),
        "level": _words(vocabulary.LEVELS) if field.names == "territory" else {"type": "integer"},
        "pattern": {"type": "string", "format": "regex"},
    }
    if operator.name == "under":
        return {"anyOf": [_TEXT, _list(_TEXT), named]}
    return by_takes.get(operator.takes, one)


def _operand(field: Field) -> Schema:
    if field.values:
        numbers = [int(word) for word in field.values] if field.type == "int" else []
        return _enum(field.values, numbers)
    kinds: dict[str, Schema] = {
        "int": _INT,
        "number": _NUMBER,
        "bool": _BOOL,
        "duration": _SPAN,
        "time": {"type": "string"},
    }
    return dict(kinds.get(field.type, _TEXT))


# -- shapes -------------------------------------------------------------------------------------


def _mapping(keys: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """An object with these keys in both languages and no other."""
    both = {
        word: _described(key, value) for key, value in keys.items() for word in (key, KEYS[key])
    }
    shape: Schema = {"type": "object", "properties": both, "additionalProperties": False}
    needed = [{"anyOf": [{"required": [key]}, {"required": [KEYS[key]]}]} for key in required]
    return shape | ({"allOf": needed} if needed else {})


def _described(key: str, value: Schema) -> Schema:
    """What stands under the key, with what the key means: shown by editors beside it."""
    inner = {"allOf": [value]} if "$ref" in value else value  # beside a `$ref` nothing is read
    return inner | {"description": f"{KEYS[key]} {key}: {KEY_MEANINGS[key]}"}


def _closed(words: Mapping[str, str]) -> Schema:
    both: Schema = {word: {} for pair in words.items() for word in pair}
    return {"type": "object", "properties": both, "additionalProperties": False}


def _free(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _some(item: Schema) -> Schema:
    return {"anyOf": [item, _list(item)]}


def _words(words: Mapping[str, str]) -> Schema:
    return _enum(words)


def _enum(words: Mapping[str, str], numbers: Sequence[int] = ()) -> Schema:
    """Each word in both languages; editors show beside it what it is called in the other."""
    values = [*numbers, *words, *words.values()]
    labels = [*(words[str(number)] for number in numbers), *words.values(), *words]
    return {"enum": values, "enumDescriptions": labels}


def _condition(scope: Scope) -> Schema:
    return {"$ref": f"#/definitions/condition-{scope}"}


def _kind_words() -> Schema:
    return _words(KINDS)


def _is_kind(kind: str) -> Schema:
    written = [
        {"properties": {word: {"enum": [kind, KINDS[kind]]}}, "required": [word]}
        for word in ("kind", KEYS["kind"])
    ]
    return {"anyOf": written}
