from referral_engine import Department, hookimpl


@hookimpl
def referral_departments() -> list[Department]:
    return [Department("nameless_version", "没有版本的部门", "")]
