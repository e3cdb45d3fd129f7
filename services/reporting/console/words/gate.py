"""What the page of rules and blocked contacts says."""

TEXTS: dict[str, tuple[str, str]] = {
    "gate.lead": (
        "每一次联系都须先经这些规则准许。每个判定都记有规则包版本与摘要，可逐条核验。",
        "No contact without a permit by these rules. Every decision names the versions and digests of "
        "its packs.",
    ),
    "gate.unsigned.title": (
        "{count} 个规则包未经法律顾问签署即已强制执行",
        "{count} rule packs are enforced without counsel's sign-off",
    ),
    "gate.unsigned.hint": (
        "配置中已明文声明 enforce-without-counsel-sign-off。规则内容可能与现行法律不符："
        "请法律顾问审阅并签署后发布新版本。",
        "The configuration says enforce-without-counsel-sign-off in as many words. The rules may not "
        "be what the "
        "law says today: have counsel review them and release signed versions.",
    ),
    "gate.signed.title": ("全部规则包均已由法律顾问签署", "Counsel has signed off every pack"),
    "gate.packs": ("生效规则包", "Rule packs"),
    "gate.packs.note": ("点击查看规则", "open one to see its rules"),
    "gate.pack": ("规则包", "Pack"),
    "gate.place": ("适用地", "Where"),
    "gate.everywhere": ("各地", "everywhere"),
    "gate.version": ("版本", "Version"),
    "gate.effective": ("生效日期", "In force from"),
    "gate.effective.to": ("{from_} 至 {to}", "{from_} to {to}"),
    "gate.not-yet": ("尚未生效", "not yet"),
    "gate.past": ("已失效", "ended"),
    "gate.counsel": ("法律顾问", "Counsel"),
    "gate.unsigned": ("未签署", "not signed"),
    "gate.digest": ("摘要", "Digest"),
    "gate.rules": ("规则", "Rules"),
    "gate.tightens": ("收紧 {pack}", "tightens {pack}"),
    "gate.tightens.all": ("收紧全部规则包", "tightens every pack"),
    "gate.calendars": ("工作日历", "Calendars"),
    "gate.calendar": ("日历", "Calendar"),
    "gate.calendar.years": ("覆盖年份", "Years covered"),
    "gate.calendar.note": ("未覆盖的日期一律按最严处理", "dates outside fail closed"),
    "gate.rule": ("规则", "Rule"),
    "gate.rule.kind": ("种类", "Kind"),
    "gate.rule.effect": ("不满足时", "Otherwise"),
    "gate.rule.force": ("效力", "Force"),
    "gate.rule.cite": ("依据", "Citation"),
    "gate.rule.confidence": ("可信度", "Sourced"),
    "gate.blocked": ("按规则统计的拦截", "Stopped, by rule"),
    "gate.blocked.note": ("次数：判定中由该规则提出", "times that a decision named the rule"),
    "gate.blocked.none": ("还没有被拦截的触达", "No contact was stopped so far"),
    "gate.blocked.none.hint": ("产生判定后，这里按规则列出。", "Rules appear here as decisions are made."),
    "gate.as-of": ("截至 {time}", "as of {time}"),
    "confidence.A": ("A 已读原文", "A text read"),
    "confidence.B": ("B 二手资料", "B secondary source"),
    "confidence.C": ("C 凭记忆", "C from memory"),
}
