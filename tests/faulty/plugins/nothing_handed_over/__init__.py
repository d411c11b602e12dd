from referral_engine import hookimpl


@hookimpl
def referral_departments() -> None:
    return None
