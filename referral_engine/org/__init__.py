"""The organisation: territories, units, people, presence and duty, and whom a target means."""

from referral_engine.org.content import EVERY_TOWNSHIP, STANDARD_HOURS, Content
from referral_engine.org.load import load_org
from referral_engine.org.organisation import PERSON, Org

__all__ = ["EVERY_TOWNSHIP", "PERSON", "STANDARD_HOURS", "Content", "Org", "load_org"]
