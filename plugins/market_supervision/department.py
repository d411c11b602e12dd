"""The market supervision department, its grounds and the statuses of its two procedures."""

from __future__ import annotations

from referral_engine import Department

# The five grounds of Art. 15 of the provisional measures; law.py says which text is in force.
GROUNDS = {
    "outside_remit": "投诉事项不属于市场监督管理部门职责，或者本行政机关不具有处理权限。",
    "handled_elsewhere": "法院、仲裁机构、其他行政机关或者消费者协会等已经受理或者处理过同一争议。",
    "not_personal_consumption": "不是为生活消费需要，或者不能证明与被投诉人存在消费者权益争议。",
    "over_time_limit": "自知道或者应当知道权益受到侵害之日起超过三年。",
    "material_missing": "未提供投诉人信息、被投诉人名称地址、具体请求和有关事实等材料。",
    "jurisdiction_dispute": "管辖权有争议，应报请共同的上一级市场监督管理部门指定。",
}
STATUSES = {
    "complaint_accepted": "投诉受理",
    "complaint_refused": "投诉不予受理",
    "complaint_mediating": "投诉调解",
    "complaint_agreed": "调解成功",
    "complaint_ended": "投诉终止调解",
    "tip_off_verifying": "举报核查",
    "tip_off_filed": "举报立案",
    "tip_off_not_filed": "举报不予立案",
    "informant_told": "已告知举报人",
}

market_supervision = Department(
    "market_supervision", "市场监管部门", "1.1", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
