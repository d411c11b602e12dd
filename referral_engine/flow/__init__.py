"""What happens to a case, in the order it happens: read intake, routing, referral, report,
escalation, callback; decide.py dispatches a command, apply.py folds an event."""
