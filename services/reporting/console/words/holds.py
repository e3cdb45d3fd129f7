"""What the page of holds says."""

TEXTS: dict[str, tuple[str, str]] = {
    "holds.lead": (
        "停催期间，规则包禁止的联系一律不予准许；已发出的许可在使用前会被收回。",
        "While a hold stands, what the rule packs forbid under it gets no permit, and permits that are "
        "out are "
        "refused when used.",
    ),
    "holds.place": ("登记停催", "Place a hold"),
    "holds.kind": ("类型", "Kind"),
    "holds.kind.all": ("全部类型", "All kinds"),
    "holds.open": ("只看生效中", "In force only"),
    "holds.person": ("人员", "Person"),
    "holds.scope": ("范围", "Scope"),
    "holds.scope.person": ("此人全部债务", "All of the person's debts"),
    "holds.scope.debt": ("一笔债务", "One debt"),
    "holds.scope.contact_point": ("一个联系方式", "One contact point"),
    "holds.scope.debt.id": ("账户编号", "Account id"),
    "holds.scope.contact_point.id": ("联系方式编号", "Contact point id"),
    "holds.placed": ("登记时间", "Placed"),
    "holds.until": ("到期", "Ends"),
    "holds.until.open": ("未定", "open"),
    "holds.until.hint": (
        "不填：直至解除；规则包为该类型规定最长期限的，到期自动结束。",
        "Empty: until released, or as long as the rule pack lets this kind last.",
    ),
    "holds.state": ("状态", "State"),
    "holds.state.standing": ("生效中", "in force"),
    "holds.state.over": ("已到期", "over"),
    "holds.state.released": ("已解除", "released"),
    "holds.release": ("解除", "Release"),
    "holds.release.title": ("解除停催", "Release the hold"),
    "holds.release.warn": (
        "解除后，该人可能立即重新被联系。请确认停催的原因已经消除。",
        "The person may be contacted again at once. Make sure that the reason for the hold is gone.",
    ),
    "holds.released": ("停催已解除，并写入存证日志。", "The hold is released and in the audit log."),
    "holds.placed.done": ("停催已生效，并写入存证日志。", "The hold stands and is in the audit log."),
    "holds.none": ("没有符合条件的停催", "No hold fits"),
    "holds.none.hint": (
        "停催由投诉、争议、更名等事件自动产生，也可在此登记。",
        "Holds come from complaints, disputes and other events, or are placed here.",
    ),
    "holds.place.hint": (
        "立即生效：排队中的联系将被拒绝，已获准许但尚未发出的也会被拦下。",
        "It takes effect at once, for contacts that wait and for permits that have not been used.",
    ),
    "holds.customer.hint": (
        "停催所属客户；债务人本人通常与人员编号一致。",
        "Whose debts it is about; for the debtor usually the same id.",
    ),
}
