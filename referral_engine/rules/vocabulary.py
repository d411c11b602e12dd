"""The closed vocabularies of the rule language: each word in English with its Chinese label.

Both spellings are understood wherever a value is written. English is what the engine stores.
The words are those of the field's public practice; a plugin adds its own through its fields.
"""

from __future__ import annotations

__all__ = [
    "CALLBACKS",
    "CASE_STATES",
    "CHANNELS",
    "CLOCKS",
    "CONFERENCES",
    "DAYS",
    "GROUNDS",
    "LEVELS",
    "LINKS",
    "MOMENTS",
    "OCCASION_EVENTS",
    "OUTCOMES",
    "PATHS",
    "PROMISES",
    "REDIRECTS",
    "REFERRAL_STATES",
    "REJECT_GROUNDS",
    "RELATIVE_LABELS",
    "RESOLVED",
    "ROLES",
    "RUNNING_LABELS",
    "SEALS",
    "STEPS",
    "STOPS",
    "WARNING_LEVELS",
    "WHISTLES",
]

Words = dict[str, str]

WHISTLES: Words = {"routine": "常规哨", "joint": "攻坚哨", "emergency": "应急哨"}

CLOCKS: Words = {
    "claim": "签收",
    "contact": "联系",
    "arrive": "报到",
    "report": "反馈",
    "answer": "答复",  # the case's own, from its receipt
}

# What a clock may count from; the offer is the silent default.
MOMENTS: Words = {
    "offered": "派出",
    "received": "收到",
    "accepted": "受理",
    "claimed": "签收后",
    "contacted": "联系后",
    "arrived": "到场后",
    "reported": "反馈后",
    "filed": "立案决定后",
    "mediated": "调解结束后",
}

# What may be promised in an agreement; a promise that was broken may begin a step of a path.
PROMISES: Words = {"confirm": "司法确认", "perform": "履行"}

OCCASION_EVENTS: Words = {
    "declined": "退单",
    "transferred": "转办",
    "resolved": "办结",
    "unhappy": "不满意",
    "recurred": "复发",
    "warned": "预警",
    "manual": "人工",
}

ROLES: Words = {"lead": "主办", "support": "协办"}

LEVELS: Words = {
    "grid": "网格",
    "village": "村社",
    "township": "乡镇",
    "county": "县级",
    "city": "市级",
    "province": "省级",
}

RELATIVE_LABELS: Words = {
    "grid": "网格",
    "village": "村社",
    "township": "乡镇",
    "county": "县级",
    "first": "首接",
}

# Whom an escalation may mean beside the levels of the territory.
RUNNING_LABELS: Words = {
    "unit": "承办单位",
    "lead": "主办单位",
    "support": "协办单位",
    "owner": "责任单位",
    "superior": "上级主管",
    "common_superior": "共同上级",
    "next": "上一级",
    "centre": "中心",
    "leader": "值班领导",
    "reporter": "反映人",
}

CASE_STATES: Words = {
    "registered": "已登记",
    "accepted": "已受理",
    "rejected": "不予受理",
    "redirected": "引导法定途径",
    "assigned": "已派单",
    "in_progress": "办理中",
    "resolved": "已办结",
    "reviewed": "已审核",
    "called_back": "已回访",
    "closed": "已结案",
    "archived": "已归档",
    "merged": "已并案",
    "split": "已拆分",
    "withdrawn": "已撤回",
}

REFERRAL_STATES: Words = {
    "offered": "待签收",
    "claimed": "已签收",
    "contacted": "已联系",
    "arrived": "已报到",
    "reported": "已反馈",
    "declined": "已退单",
    "transferred": "已转办",
    "cancelled": "已取消",
}

OUTCOMES: Words = {
    "solved": "已解决",
    "partly": "部分解决",
    "explained": "解释说明",
    "deferred": "挂账",
    "guided": "引导法定途径",
    "mediated": "调解成功",
    "not_mediated": "调解不成",
    "withdrawn": "撤回",
    "unfounded": "不属实",
    "no_answer": "无人应答",
}

CALLBACKS: Words = {
    "resolved": "已解决",
    "partly": "部分解决",
    "unresolved": "未解决",
    "unreached": "未接通",
}

RESOLVED: Words = {"yes": "是", "partly": "部分", "no": "否"}

CHANNELS: Words = {
    "window": "窗口",
    "hotline": "热线",
    "app": "随手拍",
    "wechat": "微信",
    "web": "网站",
    "grid": "网格上报",
    "patrol": "巡查",
    "letter": "来信",
    "visit": "来访",
    "police": "110转办",
    "court": "法院委派",
    "procuratorate": "检察委派",
    "superior": "上级交办",
    "media": "媒体",
    "device": "设备报警",
    "import": "批量导入",
}

PATHS: Words = {
    "mediation": "调解",
    "entrusted": "委派调解",
    "policing": "治安",
    "petition": "信访",
    "enforcement": "执法",
    "service": "代办",
    "visit": "走访",
    "consultation": "议事",
    "counselling": "心理辅导",
    "emergency": "应急",
    "enquiry": "咨询",
}

CONFERENCES: Words = {
    "conference": "会商",
    "reception": "联合接访",
    "mediation": "联合调处",
    "supervision": "联合督办",
}

SEALS: Words = {
    "accusation": "检举控告",
    "domestic_violence": "家庭暴力",
    "minor": "未成年人",
    "counselling": "心理辅导",
    "privacy": "个人隐私",
}

LINKS: Words = {
    "incident": "同一事件",
    "problem": "症结",
    "duplicate": "疑似重复",
    "related": "相关",
}

REDIRECTS: Words = {
    "litigation": "诉讼",
    "arbitration": "仲裁",
    "administrative_review": "行政复议",
    "petition_review": "信访复查复核",
    "political_legal": "政法机关",
    "discipline": "纪检监察",
    "police": "公安机关",
}

REJECT_GROUNDS: Words = {
    "outside_remit": "不属于受理范围",
    "handled_elsewhere": "已在其他途径办理",
    "not_personal_consumption": "非生活消费",
    "over_time_limit": "超过时限",
    "material_missing": "材料不全",
    "concluded": "程序已终结",
    "no_facts": "没有具体事实",
    "identity_refused": "冒名或拒不核验身份",
}

GROUNDS: Words = {
    "outside_remit": "不属于职责",
    "wrong_territory": "不属于辖区",
    "other_owner": "另有主管单位",
    "handled_elsewhere": "已在其他途径办理",
    "material_missing": "材料不全",
    "party_unwilling": "当事人不同意调解",
    "recusal": "应当回避",
    "crime": "涉嫌犯罪",
    "not_needed": "无需配合",
}

# Why a clock may be stopped, where a path does not leave that open.
STOPS: Words = {
    "expertise": "鉴定",
    "testing": "检验检测",
    "hearing": "听证",
    "litigation": "诉讼",
}

# The ladder from 通报 up: the engine recommends, a named person signs.
STEPS: Words = {
    "circulate": "通报",
    "talk": "约谈",
    "yellow_card": "黄牌",
    "listed_supervision": "挂牌督办",
    "accountability": "责任追究",
    "veto": "一票否决",
}

WARNING_LEVELS: Words = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}

DAYS: Words = {"workday": "工作日", "restday": "休息日", "holiday": "法定节假日"}
