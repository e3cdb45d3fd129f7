"""Words of closed lists on the bundle's pages, in Chinese and English."""

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """Which language a page is in."""

    ZH = "zh"
    EN = "en"


Words = Mapping[Language, str]


def both(zh: str, en: str) -> Words:
    """A word in both languages."""
    return {Language.ZH: zh, Language.EN: en}


KINDS: Mapping[str, Words] = {
    "decision": both("合规判定", "Compliance decision"),
    "redeemed": both("许可核销（发送前）", "Permit redeemed before sending"),
    "permit_expired": both("许可过期未用", "Permit ended unused"),
    "permit_withdrawn": both("许可撤回", "Permit withdrawn"),
    "dispatched": both("已发出", "Sent"),
    "delivered": both("已送达", "Delivered"),
    "answered": both("已接通", "Answered"),
    "failed": both("未成功", "Failed"),
    "withdrawn": both("触达撤回", "Contact withdrawn"),
    "outcome": both("触达结果", "Outcome"),
    "opted_out": both("拒绝该渠道联系", "Opted out"),
    "hold_placed": both("停催", "Hold placed"),
    "hold_released": both("停催解除", "Hold released"),
    "complaint_received": both("投诉受理", "Complaint received"),
    "complaint_decided": both("投诉处理决定", "Complaint decided"),
    "complaint_closed": both("投诉办结", "Complaint closed"),
    "violation": both("违规", "Violation"),
    "payloads_erased": both("个人信息已删除", "Personal data erased"),
    "document_registered": both("文书、录音存证", "Document on record"),
    "packs_in_force": both("规则包启用", "Rule packs in force"),
    "persons_merged": both("人员档案合并", "Records of a person merged"),
    "persons_separated": both("人员档案拆分", "Records of a person separated"),
    "discrepancy": both("差异", "Discrepancy with a provider"),
    "finding_settled": both("差异已处理", "Discrepancy settled"),
    "transcript_received": both("通话文字稿收到", "Transcript received"),
    "sample_drawn": both("质检抽样", "Sample drawn for inspection"),
    "rotation_due": both("轮岗到期", "Rotation due"),
}

VALUES: Mapping[str, Words] = {
    "allow": both("允许", "allowed"),
    "defer": both("暂缓", "deferred"),
    "review": both("转人工", "referred to a human"),
    "deny": both("禁止", "denied"),
    "sms": both("短信", "SMS"),
    "email": both("电子邮件", "e-mail"),
    "app_push": both("应用推送", "app message"),
    "call_live": both("人工电话", "call by a person"),
    "call_ai": both("智能语音电话", "call by a voice robot"),
    "call_prerecorded": both("录音电话", "recorded call"),
    "im": both("即时通讯", "instant message"),
    "letter": both("信函", "letter"),
    "visit": both("上门", "visit"),
    "lawyer_letter": both("律师函", "lawyer's letter"),
    "recording": both("录音", "recording"),
    "transcript": both("通话文字稿", "transcript"),
    "message": both("消息文本", "message text"),
    "photo": both("照片", "photograph"),
    "delivery_receipt": both("送达回证", "delivery receipt"),
    "no_answer": both("无人接听", "no answer"),
    "busy": both("占线", "busy"),
    "wrong_number": both("号码有误", "wrong number"),
    "right_party": both("本人接通", "right party reached"),
    "promise": both("承诺还款", "promise to pay"),
    "refused": both("拒绝还款", "refused"),
    "dispute": both("异议", "dispute"),
    "complaint": both("投诉", "complaint"),
    "already_paid": both("称已还款", "says it is paid"),
    "opted_out": both("拒绝联系", "opted out"),
    "hardship": both("困难", "hardship"),
    "other": both("其他", "other"),
}


def kind_of(kind: str, language: Language) -> str:
    """A kind of leaf in words; one that has none is shown as it is."""
    return KINDS[kind][language] if kind in KINDS else kind


def value_of(value: str, language: Language) -> str:
    """A word of a closed list in words; one that has none is shown as it is."""
    return VALUES[value][language] if value in VALUES else value
