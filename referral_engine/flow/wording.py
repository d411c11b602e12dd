"""States and commands as a refusal names them: in the reader's language, as the screens do."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.i18n import locale_name
from referral_engine.org.fields import ROLE_WORDS
from referral_engine.rules import vocabulary

__all__ = ["command_word", "part_word", "role_words", "state_word", "state_words"]

_STATES = vocabulary.CASE_STATES
_ROLES = {role: label for label, role in ROLE_WORDS.items() if label != role} | {
    "reporter": "反映人",
    "engine": "引擎",
}
_COMMANDS: dict[str, str] = {
    "accept": "受理",
    "add_accused": "登记检举",
    "add_party": "登记当事人",
    "agree": "达成协议",
    "anonymise": "匿名化",
    "archive": "归档",
    "arrive": "报到",
    "call_back": "回访",
    "challenge": "申请回避",
    "claim": "签收",
    "close": "结案",
    "confer": "会商",
    "consent": "当事人表态",
    "contact": "联系",
    "decline": "退单",
    "defer": "挂账",
    "designate": "指定承办",
    "dispatch": "派单",
    "end_preservation": "解除留存",
    "enter": "登记外部编号",
    "exclude": "剔除",
    "extend": "延期",
    "hand_off": "移交",
    "handle_now": "即办",
    "hold": "中止计时",
    "letter_delivered": "登记送达",
    "merge": "并案",
    "migrate": "换用规则",
    "not_needed": "答复无需配合",
    "object": "提出异议",
    "preserve": "依法留存",
    "progress": "续报",
    "rate": "评价",
    "redirect": "引导法定途径",
    "reject": "不予受理",
    "report": "反馈",
    "resume": "恢复计时",
    "review": "审核",
    "rework": "重办",
    "send_letter": "发文书",
    "settle": "登记履行",
    "sign": "签批",
    "split": "拆分",
    "stand_down": "销哨",
    "step_up": "提级",
    "supervise": "督办",
    "transfer": "转办",
    "unmerge": "拆出并案",
    "whistle": "吹哨",
    "withdraw": "撤回",
}


def command_word(name: str) -> str:
    """A command as people call it; its name where nothing better is known."""
    return _said(name, _COMMANDS)


def state_word(state: str) -> str:
    """A state of a case."""
    return _said(state, _STATES)


def state_words(states: Iterable[str]) -> str:
    """States of a case in a row, each once, in the order of the life cycle's table."""
    return ", ".join(dict.fromkeys(map(state_word, states)))


def part_word(state: str) -> str:
    """A state of a referral: a case and a referral share words that are said differently."""
    return _said(state, vocabulary.REFERRAL_STATES)


def role_words(roles: Iterable[str]) -> str:
    """Roles in a row."""
    return ", ".join(_said(role, _ROLES) for role in roles)


def _said(word: str, labels: dict[str, str]) -> str:
    return labels.get(word, word) if locale_name() == "zh_CN" else word
