from referral_engine import hookimpl


@hookimpl
def referral_departments() -> list[str]:
    return ["police"]
