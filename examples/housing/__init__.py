"""住建局: lifts, leaks and property management, in a package that is installed by itself."""

from __future__ import annotations

from datetime import timedelta

from referral_engine import (
    Arrive,
    Claim,
    Contact,
    Decline,
    Defer,
    Department,
    Handler,
    NotNeeded,
    Progress,
    Referral,
    Reply,
    Report,
    Wait,
    hookimpl,
    proof,
)

GROUNDS = {
    "civil_dispute": "业主与物业企业之间的合同纠纷，可申请人民调解或提起诉讼。",
    "special_equipment": "电梯安全监察由市场监督管理部门负责。",
}
STATUSES = {"inspecting": "现场核查", "ordered": "已责令整改"}
housing = Department(
    "housing", "住房和城乡建设局", "1.0", grounds=GROUNDS, statuses=STATUSES, rehearsal=True
)


def trapped(referral: Referral) -> bool:
    """Whoever is shut in a lift is for the fire brigade and for people, at once."""
    return referral.whistle == "emergency" or referral.mentions(("困人", "困在电梯"))


def lift(referral: Referral) -> bool:
    return referral.mentions(("电梯",))


def contract(referral: Referral) -> bool:
    """Money between owners and the company, without a hint that the building is unsafe."""
    return referral.mentions(("物业费", "停车费")) and not referral.mentions(("漏", "倒塌", "裂"))


@housing.handles(when=trapped)
class Trapped(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("涉及人身安全，请值班人员立即处置。")


@housing.handles(role="lead", when=lift)
class Lift(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Decline("special_equipment", "market_supervision", GROUNDS["special_equipment"])


@housing.handles(role="lead", when=contract)
class Contract(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Decline("civil_dispute", "justice", GROUNDS["civil_dispute"])


@housing.handles(role="lead")
class Building(Handler):
    """Looked at within a working day, put right by whoever is answerable for it."""

    def offered(self, referral: Referral) -> Reply:
        visit = referral.opening(referral.now + timedelta(hours=4))
        return [Claim(), Contact("已登记，将派人到现场核查。"), Wait(visit - referral.now, "visit")]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "visit":
            again = referral.opening(referral.now + timedelta(days=1))
            said = "现场核查属实，已责令物业企业整改。"
            return [
                Arrive(),
                Progress(said, status="ordered"),
                Wait(again - referral.now, "report"),
            ]
        record = proof("rectification_notice", f"责令整改通知书 {referral.case}", referral.now)
        return Report("整改完成，已复查。", evidence=(record,))

    def returned(self, referral: Referral) -> Reply:
        return [
            Progress("反馈被退回，再次到现场核查。", status="inspecting"),
            Wait(timedelta(hours=8), "report"),
        ]


@housing.handles(role="support")
class Support(Handler):
    def offered(self, referral: Referral) -> Reply:
        if not referral.required:
            return NotNeeded("主办单位可独立办理，如需鉴定请再派。")
        return [Claim(), Progress("已派技术人员配合。"), Wait(timedelta(hours=4), "end")]

    def work(self, referral: Referral) -> Reply:
        return Report("已配合主办单位核查。")


@hookimpl
def referral_departments() -> list[Department]:
    return [housing]
