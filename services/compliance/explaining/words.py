"""The words of an explanation, in English and Chinese."""

from typing import Literal

Language = Literal["en", "zh"]

_ZH = {
    # effects
    "allow": "允许",
    "defer": "推迟",
    "review": "人工复核",
    "deny": "禁止",
    # what came of a rule
    "applied": "命中",
    "passed": "通过",
    "waived": "豁免",
    "not_applicable": "不适用",
    # kinds of rules
    "window": "时段",
    "counter": "频次",
    "cooldown": "间隔",
    "hold": "停催",
    "party": "联系对象",
    "preference": "本人意愿",
    "consent": "同意依据",
    "content": "内容",
    "sequence": "先后顺序",
    "actor": "催收人员",
    # what stands behind a rule
    "law": "法律",
    "presumption": "法律推定",
    "standard": "标准",
    "self_regulatory": "行业自律",
    "policy": "行内政策",
    # headings
    "decision": "判定",
    "at": "时间",
    "until": "下次允许",
    "valid_until": "有效至",
    "obligations": "义务",
    "packs": "规则包",
    "rules": "规则",
    "assumed": "未提及而视为正常",
    "expected": "与预期不符",
    "as_expected": "与预期一致",
    "confidence": "来源等级",
}
_EN = {
    "not_applicable": "not applicable",
    "until": "next permitted",
    "valid_until": "valid until",
    "assumed": "assumed, as nothing is said of it",
    "expected": "not as expected",
    "as_expected": "as expected",
}


def word(name: str, language: Language) -> str:
    """The word for a name of the engine's; the name itself where there is none."""
    return (_ZH if language == "zh" else _EN).get(name, name)
