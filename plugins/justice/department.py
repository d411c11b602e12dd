"""The departments of this plugin: justice with its stations, and the legal aid centre."""

from __future__ import annotations

from referral_engine import Department

GROUNDS = {
    "crime": "反映内容可能涉及违法犯罪，应先由公安机关核查，不属于人民调解范围。",
    "party_unwilling": "当事人一方明确表示不同意调解，依法不得强行调解。",
    "administrative_act": "不服行政机关的决定，不属调解范围，可依法申请行政复议或者提起行政诉讼。",
    "handled_elsewhere": "人民法院、仲裁机构已经受理，调解组织不再受理。",
    "other_owner": "另有行业主管部门或者专业性调解组织，请转其先行处理。",
}
STATUSES = {
    "to_accept": "待受理",
    "to_mediate": "待调解",
    "mediating": "调解中",
    "agreed": "调解成功",
    "not_agreed": "调解不成",
    "ended": "终止",
    "confirmation": "司法确认",
    "advising": "法律咨询答复中",
}

justice = Department(
    "justice", "司法行政机关", "1.1", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
legal_aid = Department(
    "legal_aid", "法律援助机构", "1.1", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
