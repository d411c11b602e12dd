"""Planning: a county's day, week or year of issues, played in virtual time without a store."""
