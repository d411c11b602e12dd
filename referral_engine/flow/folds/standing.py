"""Folds of parties, flags, letters and problems."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.folds.table import Changes, add, on
from referral_engine.model import event as e
from referral_engine.model.case import Case


@on(e.PartyAdded)
def _party_added(case: Case, body: e.PartyAdded, event: e.Event) -> Changes:
    return {"parties": (*case.parties, body.party)}


@on(e.ConsentGiven)
def _consent_given(case: Case, body: e.ConsentGiven, event: e.Event) -> Changes:
    return {
        "parties": tuple(
            replace(p, consent=body.given) if p.id == body.party else p for p in case.parties
        )
    }


@on(e.MediatorChallenged)
def _challenged(case: Case, body: e.MediatorChallenged, event: e.Event) -> Changes:
    return {"challenged": add(case.challenged, body.person)}


@on(e.Settled)
def _settled(case: Case, body: e.Settled, event: e.Event) -> Changes:
    return {
        "parties": tuple(
            replace(p, settled_at=event.happened_at) if p.id == body.party else p
            for p in case.parties
        )
    }


@on(e.FlagDerived)
def _flag_derived(case: Case, body: e.FlagDerived, event: e.Event) -> Changes:
    return {"flags": add(case.flags, *body.flags)}


@on(e.EffectDone)
def _effect_done(case: Case, body: e.EffectDone, event: e.Event) -> Changes:
    return {"effects": (*case.effects, body.key)}


@on(e.LetterSent)
def _letter_sent(case: Case, body: e.LetterSent, event: e.Event) -> Changes:
    return {"letters": case.letters + 1}


@on(e.ProblemNamed)
def _problem_named(case: Case, body: e.ProblemNamed, event: e.Event) -> Changes:
    return {"problem": body.problem}


@on(e.IncidentJoined)
def _incident_joined(case: Case, body: e.IncidentJoined, event: e.Event) -> Changes:
    return {"incident": body.incident}


@on(e.Recurred)
def _recurred(case: Case, body: e.Recurred, event: e.Event) -> Changes:
    return {"recurred": True, "problem": body.problem, "links": add(case.links, body.code)}


@on(e.RulesMigrated)
def _rules_migrated(case: Case, body: e.RulesMigrated, event: e.Event) -> Changes:
    return {"rule_set": body.rule_set}
