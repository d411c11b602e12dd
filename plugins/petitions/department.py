"""The petitions department (信访工作机构)."""

from __future__ import annotations

from referral_engine import Department

GROUNDS = {
    "litigation_related": "属于涉法涉诉事项，应由政法机关依法处理，信访工作机构不介入。",
    "accusation": "属于检举控告事项，应由纪检监察机关依规依纪依法处理。",
    "other_owner": "属于有权处理机关职责范围，应转送该机关受理办理。",
    "concluded": "已经复核终结，仍以同一事实和理由提出，依规定不再受理。",
    "handled_elsewhere": "已经由有权机关受理、正在办理期限内，不重复受理。",
}
# As the national petitions system calls them.
STATUSES = {
    "to_sign": "待签收",
    "signed": "已签收待办理",
    "sent_back": "退回待办理",
    "more_material": "待补充材料",
    "extended": "已延期申请",
    "to_review": "待审核",
    "done": "已办结",
    "filed": "已存档",
}

petitions = Department(
    "petitions", "信访工作机构", "1.2", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
