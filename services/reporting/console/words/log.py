"""What the page of the audit log says."""

TEXTS: dict[str, tuple[str, str]] = {
    "log.lead": (
        "每一次判定、联系、停催与投诉都是默克尔日志的一片叶子：改动、删除或倒签任何一条都会被发现。",
        "Every decision, contact, hold and complaint is a leaf of a Merkle log: whatever is altered, "
        "deleted or "
        "back-dated is found.",
    ),
    "log.none": ("还没有日志", "There is no log yet"),
    "log.none.hint": ("第一条判定写入后即会出现。", "It begins with the first decision."),
    "log.year": ("{year} 年日志", "Log of {year}"),
    "log.size": ("条目", "Entries"),
    "log.signed": ("已签署", "Signed"),
    "log.waiting": ("{count} 条等待下一检查点", "{count} wait for the next checkpoint"),
    "log.root": ("根哈希", "Root"),
    "log.key": ("日志公钥", "Key of the log"),
    "log.note": ("已签名的检查点原文", "The signed checkpoint as it is"),
    "log.cosigned": ("{name} 于 {time} 见证", "cosigned by {name}, {time}"),
    "log.witnesses": ("见证方共同签名", "Witnesses"),
    "log.witness": ("见证方", "Witness"),
    "log.witness.size": ("已见证至", "Cosigned up to"),
    "log.witness.at": ("时间", "At"),
    "log.witness.problem": ("问题", "Problem"),
    "log.witness.none": (
        "尚无见证方。没有另一部门的见证，持有数据库与私钥的人可以重写全部历史。",
        "No witness. Without one under another administration, whoever has the database and the key "
        "can rewrite "
        "all of it.",
    ),
    "log.verify.again": ("重新核验", "Verify again"),
    "log.verify.full": ("逐条重算全部条目", "Recompute from every entry"),
    "log.verify.title": ("由本控制台独立核验", "Verified by this console itself"),
    "log.verify.note": (
        "不信任日志自己的说法：签名与哈希在此重新计算",
        "nothing is taken on the log's word: signatures and hashes are computed here",
    ),
    "log.verifying": ("正在核验…", "Verifying …"),
    "log.ok": ("核验通过", "Verified"),
    "log.ok.hint": ("{time} 核验，{size} 条。", "At {time}, {size} entries."),
    "log.limited": ("签名自洽，但尚无可信公钥", "Consistent, but no trusted key"),
    "log.limited.hint": (
        "控制台未配置可信公钥（RECOUP_CONSOLE_LOG_KEY），只能用日志自报的公钥核对：能发现改写，"
        "不能发现整体换成另一本日志。",
        "RECOUP_CONSOLE_LOG_KEY is not set, so the log was checked with the key that it names itself: "
        "tampering "
        "is found, a different log in its place is not.",
    ),
    "log.bad": ("核验不通过", "Not verified"),
    "log.bad.hint": (
        "请勿继续使用该日志作证：保存现场，立即通知内审与信息安全。",
        "Do not rely on this log. Keep everything as it is and tell internal audit and security at once.",
    ),
    "check.signature": (
        "检查点由日志公钥签署（Ed25519）",
        "The checkpoint is signed with the log's key (Ed25519)",
    ),
    "check.witnesses": ("可信见证方均已共同签名", "Every trusted witness cosigned"),
    "check.witnesses.none": ("未配置可信见证方", "No trusted witness is configured"),
    "check.growth": (
        "与本浏览器上次所见（{size} 条）一致，只增不改",
        "It only grew since this browser last looked ({size} entries)",
    ),
    "check.growth.first": (
        "本浏览器首次查看，已记住此检查点",
        "Seen here for the first time; the checkpoint is remembered",
    ),
    "check.growth.same": (
        "与本浏览器上次所见相同（{size} 条）",
        "The same as this browser saw last ({size} entries)",
    ),
    "check.key.bad": ("日志自报的公钥不是配置的可信公钥", "The log names another key than the trusted one"),
    "check.signature.bad": (
        "检查点不是由可信公钥签署的",
        "The checkpoint is not signed with the trusted key",
    ),
    "check.witnesses.bad": ("有可信见证方未共同签名", "A trusted witness has not cosigned"),
    "check.growth.bad": (
        "与本浏览器上次所见（{size} 条）不一致：日志被改写或截短",
        "Not what this browser saw last ({size} entries): the log was rewritten or cut",
    ),
    "check.entries.bad": (
        "由 {size} 条条目重算的根哈希与签名的不符：有条目被改动",
        "The root recomputed from {size} entries is not the signed one: an entry was altered",
    ),
    "check.entries": (
        "由 {size} 条条目逐条重算，根哈希一致",
        "The root recomputed from {size} entries is the signed one",
    ),
    "check.key.none": (
        "未配置可信公钥，用日志自报的公钥核对",
        "No trusted key is configured; the log's own was used",
    ),
    "check.key": ("公钥与配置的可信公钥一致", "The key is the one that was configured as trusted"),
    "log.progress": ("已重算 {done} / {size} 条", "{done} of {size} entries"),
    "proof.check": ("核验存证", "Check the proof"),
    "proof.ok": (
        "已存证：日志第 {index} 条，检查点 {size} 条",
        "Proven: entry {index} of the log, checkpoint of {size}",
    ),
    "proof.ok.self": (
        "与日志自洽：第 {index} 条（未配置可信公钥）",
        "Consistent with the log: entry {index} (no trusted key configured)",
    ),
    "proof.bad": (
        "存证核验失败：请勿以此为证，立即通知内审",
        "The proof does not hold: do not rely on it, and tell internal audit at once",
    ),
    "proof.download": ("下载存证文件", "Download the proof"),
}
