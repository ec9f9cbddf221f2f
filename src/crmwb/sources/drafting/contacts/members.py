"""Files of who was in a campaign: whom it reached, who was held back, who answered; never purchases."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.contacts import words
from crmwb.sources.drafting.contacts.who import may_be_customer
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import FALSE, TRUE, Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches

TABLE = TABLES["campaign_members"]
MOST_ARMS, MOST_STATES = 6, 12
NONE = "none"


def is_members(profile: Profile) -> bool:
    """Say whether a file names campaigns and customers, and what became of these, and no orders.

    An order or a gift that only names the campaign it came by has a number or an amount of its own. A list of members
    may have quantities and amounts, of what was handed out or spent.
    """
    campaign, named = _campaign(profile), words.of_file(profile)
    who = [c for c in profile.columns if may_be_customer(c)]
    by_name = words.OF_MEMBERS.search(named) is not None and words.OF_SALES.search(named) is None
    if campaign is None or not who or any(_is_of_orders(c, by_name=by_name) for c in profile.columns):
        return False
    columns = [c for c in profile.columns if c is not campaign and c not in who]
    has_arm = any(_controls(c) for c in columns if _may_be_arm(c))
    plain = [
        name
        for c in columns
        for name in ("contacted_at", "responded_at")
        if matches(c.words, words.MEMBERS[name]) == words.PLAINLY and c.is_date
    ]
    answered = any(words.ANSWERED.fullmatch(c.words) and (c.is_flag or _answers(c)) for c in columns)
    return by_name or has_arm or bool(plain) or answered


def members(profile: Profile, who: Guess) -> Part:
    """Return a file as the members of campaigns.

    Parameters
    ----------
    profile : Profile
        A file that `is_members`.
    who : Guess
        The customer.
    """
    campaign = _campaign(profile)
    if campaign is None:
        raise TypeError(f"{profile.file.name} names no campaigns")
    free = [c for c in profile.columns if c is not campaign and c not in who.sources]
    part = Part("campaign_members", syntax.file_options(profile), {}, profile)
    part.guesses["campaign_id"] = of_column(campaign, TABLE.column("campaign_id").kind, Sure.SURE, "its name says so")
    part.guesses["customer_id"] = who
    arm = _arm(part, free)
    free = [c for c in free if c is not arm]
    dates = {name: words.MEMBERS[name] for name in ("contacted_at", "responded_at", "outcome_cents")}
    part.guesses |= fill(TABLE, free, dates)
    if "responded_at" not in part.guesses:
        _answered(part, [c for c in free if not any(c in g.sources for g in part.guesses.values())])
    _once(part, campaign, who)
    read = {c.name for guess in part.guesses.values() for c in guess.sources}
    money = [c.name for c in free if c.is_number and c.name not in read and words.MONEY.search(c.words)]
    if money:
        part.remarks.append(
            f"not read: {', '.join(money)}, which is no purchase; where it is what contacts cost, write its sum as cost_cents of campaigns"
        )
    part.guesses = {c.name: part.guesses[c.name] for c in TABLE.columns if c.name in part.guesses}
    return part


def _campaign(profile: Profile) -> Column | None:
    by_name = [c for c in profile.columns if words.says_campaign(c) and not c.is_date and not c.is_unique]
    return min(by_name, key=lambda c: not words.is_numbered(c), default=None)


def _is_of_orders(column: Column, *, by_name: bool) -> bool:
    roles = ("order_id",) if by_name else ("quantity", "unit_price", "order_id")
    plain = any(matches(column.words, vocabulary.TRANSACTIONS[name]) == words.PLAINLY for name in roles)
    is_named = words.ORDERED.fullmatch(column.words) is not None
    return plain or (is_named and not matches(column.words, words.MEMBERS["outcome_cents"]))


def _may_be_arm(column: Column) -> bool:
    return (
        matches(column.words, words.MEMBERS["arm"]) > 0 and not column.is_date and 1 <= len(column.counts) <= MOST_ARMS
    )


def _is_plainly_arm(column: Column) -> bool:
    return matches(column.words, words.MEMBERS["arm"]) == words.PLAINLY


def _controls(column: Column) -> list[str]:
    """Return the values that say that somebody was held back; of a flag, the one that its name says it of."""
    if column.is_flag and words.FLAG_OF_ARM.fullmatch(column.words):
        means = TRUE if words.IS_CONTROL.fullmatch(column.words) else FALSE
        return [value for value in column.counts if value.lower() in means]
    plainly = [value for value in column.counts if words.IS_CONTROL.fullmatch(plain_words(value))]
    return plainly or [value for value in column.counts if words.MAY_BE_CONTROL.fullmatch(plain_words(value))]


def _is_plainly_control(column: Column, values: list[str]) -> bool:
    """Say whether values mean who was held back: "no image" of a version does not, "none" of a group does."""
    is_named = words.GROUP.fullmatch(column.words) is not None or column.is_flag
    return is_named or all(words.IS_CONTROL.fullmatch(plain_words(value)) for value in values)


def _arm(part: Part, columns: list[Column]) -> Column | None:
    """Put into a part who was reached and who was held back; return the column that says so."""
    fitting = sorted(
        (c for c in columns if _may_be_arm(c)),
        key=lambda c: (not _controls(c), -matches(c.words, words.MEMBERS["arm"])),
    )
    column = next(iter(fitting), None)
    everybody = Guess({"constant": "treatment"}, Sure.LIKELY, "no column says who was held back: all were reached")
    part.guesses["arm"] = everybody
    controls = _controls(column) if column is not None and len(column.counts) > 1 else []
    if column is not None and controls and _is_plainly_control(column, controls):
        _put(part, column, controls, Sure.LIKELY, f"{' and '.join(map(repr, controls))} sounds like a control group")
    elif column is not None and (controls or (len(column.counts) > 1 and _is_plainly_arm(column))):
        _ask(part, column)
    elif column is not None and column.n_known < column.n_rows and _is_plainly_arm(column):
        _ask_of_blank(part, column)
    else:
        part.remarks.append(
            "no column says who was held back as control: all members are taken as reached, and effects can only be compared with other customers"
        )
        return None
    return column


def _put(part: Part, column: Column, controls: list[str], sure: Sure, why: str) -> None:
    arms = {value: "control" if value in controls else "treatment" for value in sorted(column.counts)}
    part.guesses["arm"] = Guess({"column": column.name, "replace": arms}, sure, why, (column,))
    blank = column.n_rows - column.n_known
    if blank:
        part.keep_rows(f"{syntax.column(column.name)} is not null")
        part.remarks.append(
            f"{blank:,} rows without {column.name} are left out: nothing says whether they were reached"
        )


def _ask(part: Part, column: Column) -> None:
    values = tuple(sorted(column.counts))

    def answer(given: str) -> None:
        if given != NONE:
            _put(part, column, [given], Sure.SURE, "you said so")

    text = f"Which value of {column.name} in {part.options['file']} stands for who was held back as control ({NONE}: all were reached)?"
    part.questions.append(
        Question(syntax.slug(f"control of {column.words}"), text, answer, (*values, NONE), columns=(column.name,))
    )


def _ask_of_blank(part: Part, column: Column) -> None:
    """Ask what a blank arm means, where one value stands in the other rows."""
    known, n_blank = column.shown(1), column.n_rows - column.n_known

    def answer(given: str) -> None:
        if given == "left_out":
            _put(part, column, [], Sure.SURE, "you said so")
        else:
            name = syntax.column(column.name)
            expression = f"case when {name} is null then '{given}' else 'treatment' end"
            part.guesses["arm"] = Guess({"expression": expression}, Sure.SURE, "you said so", (column,))

    text = f"{column.name} of {part.options['file']} is {known} or unknown ({n_blank:,} rows): were those held back as control, reached too (treatment), or neither?"
    key = syntax.slug(f"unknown {column.words}")
    part.questions.append(Question(key, text, answer, ("control", "treatment", "left_out"), columns=(column.name,)))


def _answers(column: Column) -> list[str]:
    if column.is_number or column.is_date or not 1 < len(column.counts) <= MOST_STATES:
        return []
    return [value for value in column.counts if words.DID_ANSWER.fullmatch(plain_words(value))]


def _answered(part: Part, columns: list[Column]) -> None:
    """Where only a flag or a state says that somebody answered, let the day of the contact stand for that of the answer."""
    contacted = part.guesses.get("contacted_at")
    for column in (c for c in columns if words.ANSWERED.fullmatch(c.words)):
        yes = column.true_values if column.is_flag else _answers(column)
        day = contacted and syntax.day(contacted.value, contacted.sources[0].name)
        if not yes or contacted is None or day is None:
            continue
        expression = f"case when {syntax.is_in(column.name, sorted(yes))} then {day} end"
        why = f"{column.name} says that they answered, and no column when: the day of the contact stands for it"
        part.guesses["responded_at"] = Guess({"expression": expression}, Sure.LIKELY, why, (column, *contacted.sources))
        return


def _once(part: Part, campaign: Column, who: Guess) -> None:
    """Take the first row of a customer in a campaign where there are several."""
    if (
        len(who.sources) != 1
        or "." in who.sources[0].name
        or who.sources[0].name not in part.looked_at.rows.column_names
    ):
        return
    pairs = [
        (a, b)
        for a, b in zip(part.looked_at.texts(campaign), part.looked_at.texts(who.sources[0]), strict=True)
        if a and b
    ]
    n_again = len(pairs) - len(set(pairs))
    if not n_again:
        return
    name = "row_of_the_member"
    part.options["numbered"] = {name: {"within": [campaign.name, who.sources[0].name]}}
    part.keep_rows(f"{name} = 1")
    part.remarks.append(f"{n_again:,} rows name a customer of a campaign again: the first counts")
