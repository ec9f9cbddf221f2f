"""What is planted in the demo company: every parameter that its customers are drawn from, and that a test may ask for.

Purchases follow the Pareto/NBD of Schmittlein, Morrison & Colombo (1987) within each segment: a customer orders at a
rate λ ~ Gamma(r, rate alpha) a day and stops at a rate μ ~ Gamma(s, rate beta) a day. What an order brings follows the
Gamma-Gamma of Fader & Hardie (2013): Gamma(p, rate ν) with ν ~ Gamma(q, rate v), in hundredths, so its mean over
customers is p v / (q - 1). In the segment `maintenance`, the pool, nothing else happens: no season, no campaign moves
it and nothing comes back, so a model fitted to it finds just these parameters. Elsewhere the season bends the rate,
campaigns add orders and goods are returned.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

END = date(2026, 1, 1)  # the day after the last one
POOL = "maintenance"

# How busy each month is, January first, in seasonal segments and in winning customers: mean 1.
SEASON = (0.6, 0.7, 1.0, 1.2, 1.3, 1.2, 0.9, 0.8, 1.2, 1.3, 1.1, 0.7)
YEARLY_GROWTH = 0.10  # how many more customers are won from year to year

PROSPECT_SHARE = 0.12  # accounts that have never bought
REFERRAL_SHARE = 0.15  # customers brought by another
ADVOCATE_SHARE = 0.10  # customers who bring others
HEAD_SHARE = 0.02  # customers that others belong to
MEMBER_SHARE = 0.08  # customers that belong to one
CONTACTABLE_SHARE = 0.85

LATE_SHARE = 0.15  # customers who pay late
LATE_DAYS = 30.0  # days after the due date, on average; the others pay before it
DISPUTE_SHARE = 0.03  # invoices contested
DISPUTE_DAYS = 25.0  # how much longer those take, on average

LOSS_SHARE = 0.06  # customers who cost more than they bring, for one of these reasons each
LOSS_REASONS = ("returns", "discounts", "service", "unpaid")
LOSS_RETURN_SHARE = 0.75  # of their lines come back
LOSS_RECOVERED_SHARE = 0.25  # of what those goods cost is worth anything still
LOSS_DISCOUNT_SHARE = 0.62  # off the list price
LOSS_SERVICE_SHARE = 0.70  # of an order's revenue goes into visits on site
LOSS_UNPAID_SHARE = 0.90  # of their invoices are never paid

WIN_SHARE = 0.40  # opportunities won, of those closed with customers
COLLISION_SHARE = 0.03  # opportunities that another than the account's owner works on
LOST_AT_SHARES = (0.4, 0.3, 0.2, 0.1)  # stages that opportunities are lost in: prospecting first, negotiation last
STATED_PROBABILITIES = (0.2, 0.4, 0.6, 0.8)  # chance to win that people state in each of those stages
STALE_SHARE = 0.08  # open opportunities that have been open for most of a year

CAMPAIGN_EVERY_DAYS = 91
CAMPAIGN_FIRST_DAY = 180
OUTCOME_DAYS = 28  # how long an answer is waited for
MEMBER_OF_CAMPAIGN_SHARE = 0.50  # of the customers who may be contacted
TREATMENT_SHARE = 0.60  # of those; the others are held back


@dataclass(frozen=True)
class Segment:
    """Customers who buy alike.

    Attributes
    ----------
    name, meaning : str
        What it is called, and who they are.
    share : float
        Of customers.
    r, alpha, s, beta : float
        Of the Pareto/NBD; alpha and beta in days.
    p, q, v : float
        Of the Gamma-Gamma; v in hundredths.
    is_seasonal : bool
        Whether `SEASON` bends their order rate.
    answers_share : float
        Chance that a campaign of strength 1 brings one more order.
    discount_share : float
        Off the list price.
    lines_per_order : float
        On average.
    return_share : float
        Of lines.
    own_brand_share : float
        Of lines.
    channel : str
        Where nine in ten of their orders come in.
    product_lines : tuple of str
        What four in five of their lines are about.
    opportunity_share : float
        Of their orders, those that someone worked for.
    terms_days : int
        How long they may take to pay.
    calls_per_year : float
        How often sales gets in touch.
    ticket_share : float
        Of their orders, those that lead to a service case.
    """

    name: str
    meaning: str
    share: float
    r: float
    alpha: float
    s: float
    beta: float
    p: float
    q: float
    v: float
    is_seasonal: bool
    answers_share: float
    discount_share: float
    lines_per_order: float
    return_share: float
    own_brand_share: float
    channel: str
    product_lines: tuple[str, ...]
    opportunity_share: float
    terms_days: int
    calls_per_year: float
    ticket_share: float

    @property
    def mean_order_cents(self) -> float:
        """What an order brings, on average over customers."""
        return self.p * self.v / (self.q - 1)


@dataclass(frozen=True)
class CampaignKind:
    """A way to address customers: how much it moves them (times `answers_share`) and what it costs, in hundredths."""

    name: str
    strength: float
    contact_cents: int
    fixed_cents: int


SEGMENTS = (
    Segment(
        name=POOL, meaning="repair shops that reorder parts as they wear out", share=0.34,
        r=1.2, alpha=75.0, s=0.7, beta=450.0, p=4.0, q=5.0, v=30_000.0,
        is_seasonal=False, answers_share=0.0, discount_share=0.0, lines_per_order=2.0, return_share=0.0,
        own_brand_share=0.2, channel="web shop", product_lines=("spare parts", "electrical"),
        opportunity_share=0.0, terms_days=30, calls_per_year=0.3, ticket_share=0.06,
    ),
    Segment(
        name="bargain", meaning="small shops that wait for a good price", share=0.22,
        r=1.5, alpha=90.0, s=0.9, beta=380.0, p=4.0, q=8.0, v=19_000.0,
        is_seasonal=True, answers_share=0.30, discount_share=0.40, lines_per_order=1.4, return_share=0.05,
        own_brand_share=0.9, channel="marketplace", product_lines=("hygiene", "fasteners"),
        opportunity_share=0.0, terms_days=14, calls_per_year=0.0, ticket_share=0.03,
    ),
    Segment(
        name="public", meaning="schools, hospitals and town halls that buy by tender", share=0.16,
        r=2.0, alpha=240.0, s=1.0, beta=2_500.0, p=5.0, q=8.0, v=140_000.0,
        is_seasonal=True, answers_share=0.02, discount_share=0.10, lines_per_order=3.0, return_share=0.01,
        own_brand_share=0.4, channel="tender", product_lines=("hygiene", "safety"),
        opportunity_share=0.7, terms_days=60, calls_per_year=1.0, ticket_share=0.08,
    ),
    Segment(
        name="projects", meaning="contractors who stock up when a site opens", share=0.16,
        r=1.2, alpha=140.0, s=0.8, beta=700.0, p=4.0, q=8.0, v=1_000_000.0,
        is_seasonal=True, answers_share=0.10, discount_share=0.20, lines_per_order=5.0, return_share=0.04,
        own_brand_share=0.1, channel="field sales", product_lines=("power tools", "safety"),
        opportunity_share=0.6, terms_days=30, calls_per_year=4.0, ticket_share=0.12,
    ),
    Segment(
        name="stockists", meaning="resellers who keep a shelf full", share=0.12,
        r=3.0, alpha=105.0, s=0.6, beta=900.0, p=6.0, q=8.0, v=290_000.0,
        is_seasonal=True, answers_share=0.15, discount_share=0.30, lines_per_order=8.0, return_share=0.03,
        own_brand_share=0.3, channel="data exchange", product_lines=("fasteners", "electrical"),
        opportunity_share=0.1, terms_days=45, calls_per_year=3.0, ticket_share=0.10,
    ),
)  # fmt: skip

CAMPAIGN_KINDS = (
    CampaignKind("catalogue", strength=1.0, contact_cents=350, fixed_cents=1_500_000),
    CampaignKind("phone", strength=1.6, contact_cents=1_200, fixed_cents=400_000),
    CampaignKind("e-mail", strength=0.6, contact_cents=10, fixed_cents=250_000),
    CampaignKind("newsletter", strength=0.0, contact_cents=10, fixed_cents=150_000),  # moves nobody: a null to find
)


@dataclass(frozen=True)
class Window:
    """The years that are seen, in days from the first.

    Attributes
    ----------
    years : int
        How many, up to `END`.
    """

    years: int

    @property
    def first_day(self) -> date:
        """The first day."""
        return END.replace(year=END.year - self.years)

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return (END - self.first_day).days


def planted() -> dict[str, Any]:
    """Return every planted parameter, as the truth's JSON has it."""
    names = [name for name in globals() if name.isupper() and name not in {"SEGMENTS", "CAMPAIGN_KINDS", "END"}]
    chosen = {name.lower(): globals()[name] for name in names}
    segments = {s.name: {**asdict(s), "mean_order_cents": s.mean_order_cents} for s in SEGMENTS}
    return {**chosen, "segments": segments, "campaign_kinds": {k.name: asdict(k) for k in CAMPAIGN_KINDS}}
