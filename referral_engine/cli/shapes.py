"""What `--json` gives, by command; for docs/cli.md. A test holds it against the commands."""

from __future__ import annotations

__all__ = ["SHAPES"]

_RESULT = (
    "`{case, command, version, state, owner, duplicate, referrals: [{id, unit, station, role,"
    " state}], waiting: [{proposal, kind, detail, asked_by, needed, signed, roles, signers,"
    " command}], next: [{clock, referral, due, late}]}`"
)

_PUBLISHED = (
    "`{rule_set, number, changed, state}`, `state` one of `ready planned waiting withdrawn`"
)

_OTHERWISE = (
    "`otherwise: {to, outcome, fields, changes: [{field, before, after}], rule, prose}`, `outcome`"
    " one of `already changed none never accused undecided`"
)

_MEDIATOR = (
    "`{id, name, organisation, kind, unit, trades, expertise, languages, territory, most_open}`"
)

_ALLOWANCE = (
    "`{id, case, mediator, amount, state, proposed_by, proposed_at, signed_by, signed_at, paid_by,"
    " paid_at, reference}`"
)

SHAPES: dict[str, str] = {
    "doctor": "`{ok, checks: [{name, status, message, next_step}]}`, `status` one of `ok warning"
    " fault`; with `--units` an array of units",
    "intake": "`{read, accepted, duplicates, rejected, errors: [{line, field, code, message}],"
    " linked}`; `accepted + duplicates + rejected = read`",
    "simulate": "a line an issue: `{id, outcome, rule, file, line, lead, support, whistle, path,"
    " sealed, proposal, claim_by, arrive_by, report_by, why, matched}`; `outcome` is `referred` or"
    " `proposed`, where a choice is left to the dispatcher with the proposal `{kind: dispatch,"
    " units: [{unit, share}]}`; with `--scenario` one `{story, file, passed, rows, failures,"
    " cases}`; with `--profile` one `{profile, seed, first, last, issues, events, ended, open,"
    " answered, unanswered, ownerless, clocks: [{name, started, met, late, late_percent}],"
    " departments:"
    " [{unit, name, offered, claimed, declined, reported, late, a_day, busiest,"
    " busiest_offered}], escalations, backlog: [{day, came, ended, open}], satisfaction,"
    " refused}`",
    "case list": "an array of `{code, state, owner, owner_name, category, territory, sealed,"
    " received_at, registered_at, next_at, outcome}`",
    "case show": "the case with all its fields, and `owner_name, next_at, issue, content, sight,"
    " waiting, next`",
    "case history": "an array of `{seq, kind, recorded_at, happened_at, owner, by, body}`",
    "case explain": "`{case, state, owner, rule, file, line, name, why, basis, matched, prepared,"
    " seen, answers, values, …, next: [{clock, referral, unit, state, waits_for, due, provisional,"
    " calendar, marks: [{share, at, rules, does}]}], waiting}`; with `--to` also"
    f" {_OTHERWISE}",
    "case migrate": f"{_RESULT}; without `--yes` `{{before, after, rules, decided, coming:"
    " [{clock, unit, share, at, rules}]}`, and nothing is changed",
    "token issue": "`{id, principal, roles, unit, issued_by, issued_at, expires_at, used_at,"
    " revoked_at, revoked_by, token}`; `token` is left out with `--output`",
    "token list": "an array of `{id, principal, roles, unit, issued_by, issued_at, expires_at,"
    " used_at, revoked_at, revoked_by, state}`, `state` one of `good expired revoked`",
    "access list": "an array of `{case, principal, purpose, at}`",
    "desk": f"of `inbox` an array of `{{referral, case, part, state, whistle, category, sealed,"
    f" offered_at, due_name, due_at}}`; of `hand-over` and `take-over` `{{id, unit, handed_by,"
    f" handed_at, taken_by, taken_at, load: {{waiting, late, unsigned}}, held: [{{id, case, state,"
    f" category, due_name, due_at, unsigned}}]}}`, of `shifts` an array of such without `held`; of"
    f" every verb {_RESULT}",
    "centre": f"of every verb {_RESULT}",
    "letter kinds": "an array of `{id, name, series, to, signers, basis, asks: {name: label}}`",
    "letter values": "`{name: meaning}`",
    "letter list": "an array of the letters as `letter show` has them",
    "letter show": "`{number, letter, name, series, to, sent_at, signer, text, delivered_at, means,"
    " receipt}`; what is empty is left out",
    "rate": _RESULT,
    "rules test": "an array of `{name, file, line, passed, rule, failures: [{file, line, column,"
    " message}]}`; with `--coverage` or `--mutate` `{tests, coverage: {rules, rules_seen, sides,"
    " sides_seen, gaps: [{file, line, column, rule, missing, clause, reason}]}, mutants: {all,"
    " noticed, survivors: [{file, line, column, rule, name, kind, was, now, reason}]},"
    " unused_marks}`; `missing` is one of `never-acted never-asked never-true never-false`",
    "rules explain": "a line an issue: `{id, rule, rules: [{rule, name, file, line, fate, won,"
    " because: [{clause, seen}], clause, seen, clause_line, sentence}], next}`, `next` as of `case"
    " explain`; `fate` is one of `won true prepared failed guarded not_in_force`; with `--to` also"
    f" {_OTHERWISE}",
    "rules table import": "`{file, written, added, removed, changed}`, ids of rules",
    "rules prove": "`{holds, proofs: [{name, outcome, checked, summary, findings: [{outcome,"
    " message, rules, file, line, column, categories, territories, test}]}]}`; `outcome` is one of"
    " `proved refuted undecided`, `test` a rule test as YAML",
    "rules fields": "an array of `{name, alias, label, type, operators, values, names, settable,"
    " scopes, may_be_missing, meaning}`",
    "rules score": "`{total, covered, correct, accuracy, by_department}`, of each department the"
    " same four; with learnt rules `top3` and `surest_30`",
    "rules backtest": "`{from, to, cases, changed, renamed, gone, undecided, asked, what, moves,"
    " rules, clocks: {name: {tightened, eased, added, dropped, judged, late}}, days, load: [{unit,"
    " lead, support, peak}], load_by_day, changes: [{case, decided_at, rules, differs, clocks}]}`;"
    " pairs are (published, proposed)",
    "rules publish": _PUBLISHED,
    "rules rollback": _PUBLISHED,
    "rules confirm": _PUBLISHED,
    "rules withdraw": _PUBLISHED,
    "rules history": "an array of `{number, rule_set, author, reason, at, state, effective_at,"
    " confirmed_by, confirmed_at, withdrawn_by, withdrawn_at, evidence: {tests: {run, failed},"
    " backtest}}`",
    "rules diff": "`{from, to, added, removed, changed}`, ids of rules",
    "plugin list": "`{loaded: [{id, name, version, source, kinds, categories, rehearsal}],"
    " quarantined: [{name, reason, trace}], silent: [{unit, since, error}], additions: [{plugin,"
    " fields, rules, lints, faults}]}`",
    "plugin check": "an array of `{department, check, wrong: [text]}`; `check` is one of `loads"
    " answers idempotent restart deadlines private documented`",
    "mediator add": _MEDIATOR,
    "mediator list": f"an array of {_MEDIATOR}, each with `load`",
    "mediator match": "an array of `{mediator, load, score, reasons, against}`, `mediator` as of"
    " `mediator add`",
    "mediator backlog": "an array of `{code, state, owner, category, territory, received_at,"
    " mediator}`",
    "mediator propose": f"an array of {_ALLOWANCE}",
    "mediator ledger": "`{balances: {account: fen}, sum, allowances, entries: [{id, kind,"
    " allowance, reverses, by, at, note, lines: {account: fen}}]}`, `allowances` as of `mediator"
    " propose`",
    "audit verify": "`{ok, cases, checkpoints, anchor, findings: [{code, case, seq, what}]}`",
    "backup": "`{file, cases, events, checkpoints, bytes, readable}`; `readable` is how many cases'"
    " data keys lie in it unwrapped",
    "retention run": "`{dry_run, cases: {rule: count}, access_log, outbox, results}`, the last"
    " three where they have a term",
    "retention hold": _RESULT,
    "retention release": _RESULT,
    "keys status": "an array of `{id, uses, current, there}`; an empty `id` is data keys in the"
    " clear",
    "deadletter list": "an array of `{id, box, item_id, key, case_code, lane, claims, error,"
    " trace}`",
}
