"""The two departments of this plugin: the police with their stations, and the traffic police."""

from __future__ import annotations

from referral_engine import Department

GROUNDS = {
    "non_police_help": "非警务求助，不属于公安机关职责，请转12345热线协调有关单位办理。",
    "civil_debt": "属于借贷、合同等民事经济纠纷，公安机关不介入，请转司法行政机关组织调解。",
    "wrong_territory": "发生地不在本所辖区，请转有管辖权的派出所。",
    "other_owner": "法律法规另行规定了主管部门，请转主管部门办理。",
}
STATUSES = {
    "received": "接警",
    "attending": "处警",
    "case_opened": "受案",
    "mediating": "调解",
    "penalised": "处罚",
    "passed_on": "移送",
}

police = Department("police", "公安机关", "1.1", grounds=GROUNDS, statuses=STATUSES, rehearsal=True)
traffic_police = Department(
    "traffic_police", "公安交管部门", "1.1", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)
