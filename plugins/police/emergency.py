"""Danger to life, and emergency whistles: 110 at once, never delayed, never declined."""

from __future__ import annotations

from typing import Literal

from referral_engine import HandOff, Progress, Referral, Reply, Wait

from .course import MINUTES, Course
from .department import police, traffic_police
from .pace import after
from .record import first_word, number
from .words import DANGER, FIRE, MEDICAL, any_of, dangerous


@police.handles(when=dangerous)
@traffic_police.handles(when=dangerous)
class Emergency(Course):
    """A life in danger is handed to 110, 119 or 120 on the spot; else officers go there at once."""

    promise = "已通知最近的巡逻警力赶赴现场，请在安全处等候，保持电话畅通。"
    attend = (5 * MINUTES, 18 * MINUTES)
    finish = (25 * MINUTES, 90 * MINUTES)
    reports = (
        "民警到场后控制现场，人员均已安全，相关人员带回所内核查，现场秩序恢复正常。",
        "民警到场后先行救助并疏散围观人员，险情已排除，已告知反映人处置结果。",
        "民警到场处置完毕，未造成人员伤亡，已对当事人进行教育并通知家属接回。",
    )

    def offered(self, referral: Referral) -> Reply:
        if not any_of(referral, DANGER):
            return super().offered(referral)
        to, receiver = _service(referral)
        return [
            HandOff(to, number(referral, to), receiver),
            *first_word(referral, self.promise),
            Progress(f"已移交{to}（{receiver}），辖区民警同步赶赴现场。", status="received"),
            Wait(after(referral, "attend", *self.attend, referral.arrive_by), "attend"),
        ]


def _service(referral: Referral) -> tuple[Literal["110", "119", "120"], str]:
    """Whose the danger is; the police go there too."""
    if any_of(referral, FIRE):
        return "119", "县消防救援大队指挥中心"
    if any_of(referral, MEDICAL):
        return "120", "县120急救指挥中心"
    return "110", "县公安局指挥中心"
