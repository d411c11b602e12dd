from referral_engine import Department, hookimpl


@hookimpl
def referral_department() -> list[Department]:
    return [Department("wrong_hook", "写错钩子名的部门", "1.0")]
