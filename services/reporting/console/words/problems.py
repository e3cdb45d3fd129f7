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
    "problem.inspection-state": (
        "当前状态不允许此操作",
        "The present state does not permit this",
    ),
    "problem.inspection-state.do": (
        "可能已有同事先行办理。请刷新后按“可办理事项”继续。",
        "A colleague may have been faster. Reload and go on with what can be done now.",
    ),
    "problem.inspection-recused": ("您须回避", "You have no part in this"),
    "problem.inspection-recused.do": (
        "本人经手的联系与违规不得由本人质检或办理，请交由其他同事。",
        "Nobody inspects a contact of their own or handles its violation; hand it to somebody else.",
    ),
    "problem.inspection-four-eyes": ("须由第二人办理", "This needs a second person"),
    "problem.inspection-four-eyes.do": (
        "发现、整改或确认的人不能自行确认、核验或裁定，请由另一位同事办理。",
        "Who found it or put it right does not confirm, verify or decide; have a colleague do it.",
    ),
    "problem.inspection-lease": ("这件质检不在您手中", "You do not have this inspection in hand"),
    "problem.inspection-lease.do": (
        "领取已过期或由他人领取：请重新领取后再提交，已填内容先另存。",
        "The claim ran out, or somebody else has it. Take it again, then hand in; keep what you wrote.",
    ),
    "problem.inspection-term": ("申诉期限已过", "The term to appeal is over"),
    "problem.inspection-term.do": ("请与主管联系。", "Speak with your supervisor."),
    "problem.inspection-incomplete": ("内容不完整", "Something is missing"),
    "problem.inspection-incomplete.do": (
        "每项须评分，严重发现须认定，未达到的关键项须写明违规；整改期限须在将来。",
        "Every item needs a mark, every grave finding a verdict, each failed critical item its violation; "
        "a rectification is due in the future.",
    ),
    "problem.form-outdated": ("评分表已有新版本", "The form has a newer version"),
    "problem.form-outdated.do": ("请刷新后按新版本评分。", "Reload and score by the new one."),
    "problem.queue-empty": ("没有等待您质检的联系", "Nothing waits to be inspected by you"),
    "problem.queue-empty.do": (
        "本人经手的联系不会分给您；可换一个渠道再试。",
        "Contacts of your own are left out; try another channel.",
    ),
    "problem.transcript-erased": ("录音文本已删除", "What was said was erased"),
    "problem.transcript-erased.do": (
        "保存期满或应本人要求删除；日志中的证明仍然有效。",
        "Its term was over, or the person asked for it. The proofs of the log stay valid.",
    ),
    "problem.period-not-over": ("该期尚未结束", "The period is not over yet"),
    "problem.period-not-over.do": ("结束后再抽。", "Draw it after its end."),
    "problem.plan-not-in-force": ("该期没有生效的计划版本", "No version of the plan holds for it"),
    "problem.plan-not-in-force.do": ("请选择生效日之后的日期。", "Choose a day after it came into force."),
    "problem.sample-drawn": ("该期已抽过样", "The sample of that period was drawn before"),
    "problem.sample-drawn.do": ("一期只抽一次，见“已抽样本”。", "It is drawn once; see the samples below."),
    "problem.days-unusable": ("起止日期不可用", "These dates cannot be used"),
    "problem.days-unusable.do": (
        "开始不晚于结束，最多相距 400 天。",
        "The first is not after the last, and they are at most 400 days apart.",
    ),
    "problem.due-at-unusable": ("期限不可用", "This due time cannot be used"),
    "problem.due-at-unusable.do": ("请选择十年以内的将来时间。", "Choose a time within ten years."),
    "problem.staff-done-before": ("此前已经办理", "It was done before"),
    "problem.staff-done-before.do": ("请刷新查看现状。", "Reload to see how it stands."),
    "problem.rotation-state": ("当前状态不允许此操作", "The present state does not permit this"),
    "problem.rotation-state.do": (
        "同一人员与债务人只能有一个未结例外；可能已有同事先行办理。",
        "One exception a pair may be open at a time; or a colleague was faster. Reload.",
    ),
    "problem.second-person-needed": ("须由第二人办理", "This needs a second person"),
    "problem.second-person-needed.do": (
        "申请人、申报人与本人都不能办理，请由另一位同事办理。",
        "Neither who asked or declared nor the member may do it; have a colleague do it.",
    ),
    "problem.certificate-unusable": ("证书内容不可用", "The certificate cannot be recorded"),
    "problem.certificate-unusable.do": (
        "请核对课程、成绩与日期：须已通过，且日期不在将来。",
        "Check course, score and dates: it was passed, and not in the future.",
    ),
    "problem.instant-unusable": ("时间不可用", "This time cannot be used"),
    "problem.instant-unusable.do": ("请选择将来的时间。", "Choose a time in the future."),
    "problem.finding-settled": ("该发现已了结", "The finding has been settled already"),
    "problem.finding-settled.do": ("请刷新列表。", "Reload the list."),
    "problem.day-unusable": ("日期不可用", "This day cannot be compared"),
    "problem.day-unusable.do": (
        "不能晚于今天，也不能早于十年前。",
        "It is not in the future and at most ten years ago.",
    ),
    "problem.retention-running": ("已有任务在进行", "A run goes on already"),
    "problem.retention-running.do": ("请等待其完成。", "Wait until it is done."),
    "problem.dry-run-missing": ("须先试跑", "A dry run is needed first"),
    "problem.dry-run-missing.do": (
        "7 天内须有一次完成的试跑；请先核对其计数。",
        "One of the last 7 days has to be done; look at its counts first.",
    ),
}
