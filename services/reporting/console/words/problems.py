"""What went wrong and what to do, by the slug of the problem; `<slug>.do` is the second sentence."""

TEXTS: dict[str, tuple[str, str]] = {
    "problem.away": ("{service}服务没有应答", "{service} does not answer"),
    "problem.away.do": (
        "请求是否到达尚不确定；同一表单再次提交只会办理一次。若持续如此，请联系运维。",
        "Whether the request arrived is not known; sending the same form again does it once only. If "
        "it stays "
        "like this, tell operations.",
    ),
    "problem.unset": ("控制台未配置{service}服务的地址", "The console does not know where {service} is"),
    "problem.unset.do": (
        "请管理员设置 RECOUP_COMPLIANCE_URL 与 RECOUP_STRATEGY_URL 后重启控制台。",
        "Have RECOUP_COMPLIANCE_URL and RECOUP_STRATEGY_URL set, and the console restarted.",
    ),
    "problem.unknown": ("{service}服务无法完成该请求", "{service} could not do this"),
    "problem.unknown.do": (
        "请稍后重试；若再次出现，请记下时间并联系运维。",
        "Try again; if it comes back, note the time and tell operations.",
    ),
    "problem.unauthorized": ("您的密钥已失效", "Your key is not accepted any more"),
    "problem.unauthorized.do": ("请重新登录。", "Log in again."),
    "problem.missing-scope": ("您没有此项权限：{scopes}", "You lack the right: {scopes}"),
    "problem.missing-scope.do": (
        "请由有权限的同事办理，或向管理员申请权限。",
        "Have a colleague with this right do it, or ask your administrator.",
    ),
    "problem.not-found": ("查无此编号", "There is nothing with this id"),
    "problem.not-found.do": ("请核对编号，注意不要带空格。", "Check the id; mind blanks."),
    "problem.unavailable": ("{service}服务正忙", "{service} is busy"),
    "problem.unavailable.do": (
        "请稍后重试；同一表单再次提交只会办理一次。",
        "Try again in a moment; sending the same form again does it once only.",
    ),
    "problem.validation": ("填写内容不符合要求", "Something is not filled in as it should be"),
    "problem.validation.do": ("请更正：{fields}", "Please correct: {fields}"),
    "problem.hold-released": ("该停催已经解除或到期", "This hold has ended already"),
    "problem.hold-released.do": ("请刷新列表查看现状。", "Reload the list to see how it stands."),
    "problem.until-unusable": ("停催到期时间不可用", "This end of the hold cannot be used"),
    "problem.until-unusable.do": (
        "请选择将来、一百年以内的时间，或不设到期。",
        "Choose a time in the future within a hundred years, or leave it open.",
    ),
    "problem.idempotency-in-progress": ("同一请求正在处理", "The same request is being worked on"),
    "problem.idempotency-in-progress.do": ("请稍候再试。", "Wait a moment and try again."),
    "problem.complaint-state": (
        "投诉的当前状态不允许此操作",
        "The complaint's present state does not permit this",
    ),
    "problem.complaint-state.do": (
        "可能已有同事先行办理。请刷新后按“可办理事项”继续。",
        "A colleague may have been faster. Reload and go on with what can be done now.",
    ),
    "problem.complaint-recused": ("您须回避该投诉", "You have no part in this complaint"),
    "problem.complaint-recused.do": (
        "被投诉人及其直接主管不得经办或查看卷宗，请交由其他同事。",
        "The person complained about and their supervisor neither handle it nor see its file; hand it to "
        "somebody else.",
    ),
    "problem.complaint-four-eyes": ("须由第二人办理", "This needs a second person"),
    "problem.complaint-four-eyes.do": (
        "申请人、提议人不能自行批准，请由另一位有审批权限的同事办理。",
        "Who asked or proposed cannot approve as well; have a colleague with the right to decide do it.",
    ),
    "problem.complaint-term": ("没有可用的时限", "There is no term for this"),
    "problem.complaint-term.do": (
        "规则包规定的延期已用完或期限已过，或该地没有简易程序。请按通常程序尽快决定。",
        "Extensions are used up, the term is over, or there is no short procedure here. Decide as usual.",
    ),
    "problem.complaint-incomplete": ("办理内容不完整", "Something is missing"),
    "problem.complaint-incomplete.do": (
        "认定属实须写明根本原因；结案前须落实全部整改；驳回不得附处理措施。",
        "Upheld needs a root cause, closing needs every action done, and rejected goes without a measure.",
    ),
    "problem.received-at-unusable": ("收到时间不可用", "This time of receipt cannot be used"),
    "problem.received-at-unusable.do": (
        "不能晚于现在，也不能早于十年前。",
        "It is neither in the future nor more than ten years ago.",
    ),
    "problem.evidence-unknown": ("日志中没有这条证据", "The log does not have this evidence"),
    "problem.evidence-unknown.do": (
        "判定与日志条目须已存证；请核对编号。",
        "Decisions and leaves have to be in the audit log; check the id.",
    ),
    "problem.not-signed-yet": ("尚未被检查点覆盖", "Not covered by a checkpoint yet"),
    "problem.not-signed-yet.do": ("请一秒后再试。", "Try again in a second."),
    "problem.read-failed": ("统计数据暂时读不出来", "The figures cannot be read just now"),
    "problem.read-failed.do": ("数据库恢复后会自动更新。", "They come back with the database."),
}
