"""Public order: fights, crimes, noise in daily life, and keeping order for another lead."""

from __future__ import annotations

from referral_engine import Act, Progress, Referral, Reply

from .course import MINUTES, Course
from .department import police
from .record import feedback, on_the_spot
from .words import AGREED, CRIME, FIGHT


def fight(referral: Referral) -> bool:
    """A minor fight: the grave ones are danger and were taken before."""
    return referral.mentions(FIGHT)


@police.handles(category=("S01", "D02", "D06"), when=fight, role="lead")
class Fight(Course):
    """治安调解 needs both parties: without their word in the message an officer asks them."""

    promise = "已接警，民警将到场了解情况，请双方保持冷静。"
    reports = ("经调解，双方就医药费等达成一致并当场履行，已签订治安调解协议书。",)

    def ends(self, referral: Referral) -> bool:
        return referral.mentions(AGREED)

    def attended(self, referral: Referral) -> list[Act]:
        asked = Progress("现场秩序已平息，正征求双方是否同意调解。", status="mediating")
        return [on_the_spot(referral), asked]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "attend" and not self.ends(referral):
            return self.attended(referral)
        return super().work(referral)

    def finished(self, referral: Referral) -> Reply:
        return feedback(referral, self.told(referral), "mediated")


@police.handles(category="M04d", role="lead")
class Noise(Course):
    """社会生活噪声: asked to stop; whether anyone is punished is decided by people."""

    promise = "已接警，民警将在噪声扰民时段到场核查。"
    reports = (
        "民警在扰民时段到场，劝阻当事人并进行法治教育，当事人已调低音量，周边住户表示认可。",
        "民警到场核查，当场劝阻产生噪声的经营者，其承诺夜间十点后不再使用音响，后续将回访复查。",
    )


def crime(referral: Referral) -> bool:
    """The message tells of what may be a crime."""
    return referral.mentions(CRIME)


@police.handles(category="S01", when=crime, role="lead")
class Crime(Course):
    """刑事: a case is opened; people decide whether it is filed (立案), and tell it in writing."""

    reports = (
        "民警到场勘查、提取证据，已受案并出具受案回执，正在立案审查，是否立案将书面告知。",
        "已制作笔录、调取监控，已受案并出具受案回执，正在立案审查，是否立案将书面告知。",
    )

    def attended(self, referral: Referral) -> list[Act]:
        opened = Progress("已受案，立案审查中，出具受案回执。", status="case_opened")
        return [*super().attended(referral), opened]

    def finished(self, referral: Referral) -> Reply:
        return feedback(referral, self.told(referral), "partly")


@police.handles(category="S01", role="lead")
class PublicOrder(Course):
    """受案 where an offence shows; the report says what was done, not whether anyone is guilty."""

    reports = (
        "民警到场调查取证，已受案并出具受案回执，现场已恢复秩序，办理结果将依法告知。",
        "民警到场核查并走访周边，已受案调查，同时加密该处夜间巡逻，办理结果将依法告知。",
    )

    def attended(self, referral: Referral) -> list[Act]:
        opened = Progress("已开展调查，出具受案回执。", status="case_opened")
        return [*super().attended(referral), opened]


@police.handles(role="support")
class KeepOrder(Course):
    """配合: order on the spot while the lead works; the police decide nothing of its matter."""

    attend = (20 * MINUTES, 90 * MINUTES)
    reports = (
        "已派警力到场维护秩序，全程无冲突，配合主办单位完成现场工作。",
        "已与主办单位会同上门，核实有关人员身份并维护现场秩序，未发现违法犯罪情形。",
    )
