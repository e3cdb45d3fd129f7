"""Headings and sentences on the bundle's pages, in Chinese and English."""

from collections.abc import Mapping

from services.compliance.log.evidence.words import Language, Words, both

TEXTS: Mapping[str, Words] = {
    "title": both("催收触达存证", "Evidence of collection contacts"),
    "what": both(
        "本文件列出合规审计日志中与本案有关的全部记录。每条记录都附有默克尔证明："
        "它证明该记录在日志签署检查点之前已经存在，且此后未被修改、删除或调换顺序。"
        "日志中不含姓名、电话或地址；人员以编号表示。",
        "This file lists the records of the compliance audit log that belong to the case. Each has a Merkle"
        " proof: that the record was in the log when the log signed its checkpoint, and was not changed,"
        " removed or reordered since. The log has no names, telephone numbers or addresses; persons are"
        " shown by number.",
    ),
    "summary": both("概要", "Summary"),
    "records": both("记录数", "Records"),
    "first": both("最早一条", "First"),
    "last": both("最晚一条", "Last"),
    "logs": both("日志与检查点", "Logs and checkpoints"),
    "origin": both("日志名称", "Log"),
    "size": both("记录总数", "Entries"),
    "root": both("根哈希", "Root hash"),
    "key": both("日志公钥", "Public key of the log"),
    "witnesses": both("见证方共同签名", "Cosigned by witnesses"),
    "none": both("无", "none"),
    "timeline": both("记录（按日志顺序）", "Records, in the order of the log"),
    "place": both("序号", "Place"),
    "time": both("时间", "Time"),
    "fact": both("事项", "Fact"),
    "details": both("内容", "Details"),
    "contact": both("触达编号", "Contact"),
    "person": both("人员编号", "Person"),
    "files": both("文件", "Files"),
    "leaf": both("记录", "record"),
    "proof": both("证明", "proof"),
    "payload": both("明细", "payload"),
    "erased": both("明细已依法删除，证明不受影响", "payload erased by law; the proof stands"),
    "until": both("至", "until"),
    "rules": both("适用规则", "Rules that applied"),
    "documents": both("文书与录音的摘要", "Digests of documents and recordings"),
    "documents_note": both(
        "文件本身由持有方保存。对文件计算 SHA-256，与此处一致即为同一文件。",
        "The documents are kept by whoever has them. One with the SHA-256 that is listed here is the same.",
    ),
    "contacts": both(
        "触达系统的记录（不在日志中，不受证明）", "As recorded where contacts are made (not proven)"
    ),
    "states": both("经过", "What happened"),
    "message_digest": both("消息文本的 SHA-256", "SHA-256 of the message"),
    "reasons_note": both(
        "判定所用规则的编号在日志记录中，受证明；规则的出处和数值来自合规系统的数据库，"
        "仅当附有明细时受证明。",
        "The ids of a decision's rules are in the log and proven; their citations and numbers are from"
        " compliance's database, and proven only where the payload is enclosed.",
    ),
    "verify": both("如何核验", "How to verify"),
    "limits": both("本证明的范围", "What this does not prove"),
}

LISTS: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "verify": {
        Language.ZH: (
            "从银行、见证方或监管机构另行取得日志公钥和见证方公钥，与 keys.txt 逐字比对。"
            "随文件附送的公钥本身不能证明任何事。",
            "完整性：在解压后的目录运行 sha256sum -c SHA256SUMS。",
            "无需本系统：python3 verify.py --key 日志公钥 --witness-key 见证方公钥"
            "（只用 Python 标准库，源码可读）。",
            "使用本系统：recoup audit check-export 文件.zip --key 日志公钥。"
            "单条证明：recoup audit check-proof proofs/….tlog-proof --key 日志公钥。"
            "证明为 C2SP tlog-proof 格式，其他工具也能核验。",
            "手工核验明细：SHA-256(盐值字节 ‖ 明细字节) 应等于记录中的 payload。",
        ),
        Language.EN: (
            "Get the public keys of the log and of its witnesses by another way, from the bank, the witness"
            " or the regulator, and compare them with keys.txt: keys that come with the evidence prove"
            " nothing.",
            "That the files are whole: sha256sum -c SHA256SUMS in the unpacked folder.",
            "Without Recoup: python3 verify.py --key LOG-KEY --witness-key WITNESS-KEY (needs nothing but"
            " Python's standard library, and can be read).",
            "With Recoup: recoup audit check-export FILE.zip --key LOG-KEY. One proof: recoup audit"
            " check-proof proofs/….tlog-proof --key LOG-KEY. Proofs are C2SP tlog-proof files: other tools"
            " verify them too.",
            "A payload by hand: SHA-256(bytes of the salt ‖ bytes of the payload) is the record's payload.",
        ),
    },
    "limits": {
        Language.ZH: (
            "默克尔证明不能说明没有遗漏：从未写入日志的触达不在此列。"
            "银行另以运营商记录与日志对账，没有判定的触达即为违规。",
            "没有见证方共同签名的检查点，只由银行自己的密钥担保。",
            "记录中的时间由银行的系统给出；共同签名的时间由见证方给出。",
        ),
        Language.EN: (
            "A Merkle proof does not show that nothing is missing: a contact that was never written is not"
            " here. The bank reconciles carriers' records with the log; a contact without a decision is a"
            " violation.",
            "A checkpoint without a witness's cosignature rests on the bank's own key alone.",
            "The times of records are from the bank's systems; the time of a cosignature is the witness's.",
        ),
    },
}
