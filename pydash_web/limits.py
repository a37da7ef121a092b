"""How often somebody may try."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """So many calls in so long a time, from one address and for one account.

    The second is the stricter one where guessing is the danger, and the first where it is
    the work or the mail that a call makes.
    """

    per_address: str
    per_account: str


SIGN_IN = Limit(per_address="60 per 10 minutes", per_account="10 per 10 minutes")
REGISTRATION = Limit(per_address="20 per hour", per_account="20 per hour")
MAIL = Limit(per_address="20 per hour", per_account="3 per hour")
PASSWORD = Limit(per_address="60 per 10 minutes", per_account="10 per 10 minutes")
CODE = Limit(per_address="30 per 10 minutes", per_account="30 per 10 minutes")
PROBE = Limit(per_address="60 per 10 minutes", per_account="30 per 10 minutes")
FETCH = Limit(per_address="60 per minute", per_account="10 per minute")
