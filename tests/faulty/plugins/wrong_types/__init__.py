from referral_engine import Department, hookimpl


@hookimpl
def referral_departments() -> list[Department]:
    return [Department("wrong_types", "类型不对的部门", 1.0)]
