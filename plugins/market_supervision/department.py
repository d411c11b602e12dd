"""The market supervision department, its grounds and the statuses of its two procedures."""

from __future__ import annotations

from referral_engine import Department

from .law import TEXTS

# What a complaint may be refused for, as the newest text that has the ground says it, and what is
# no refusal: two offices that dispute whose it is.
GROUNDS = {ground: item for text in TEXTS for ground, item in text.refusals.items()} | {
    "jurisdiction_dispute": "管辖权有争议，报请共同的上一级机关指定。",
}
STATUSES = {
    "complaint_accepted": "投诉受理",
    "complaint_refused": "投诉不予受理",
    "complaint_mediating": "投诉调解",
    "complaint_agreed": "调解成功",
    "complaint_ended": "投诉终止调解",
    "parties_told": "已告知投诉人和被投诉人",
    "tip_off_verifying": "举报核查",
    "tip_off_filed": "举报立案",
    "tip_off_not_filed": "举报不予立案",
    "informant_told": "已告知举报人",
}

market_supervision = Department(
    "market_supervision", "市场监管部门", "1.2", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
