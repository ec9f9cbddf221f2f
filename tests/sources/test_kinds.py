"""Whether customers are people or companies: drafted by evidence, asked where names look like both."""

from collections import Counter

import pytest

from crmwb.sources.drafting.customers import kinds
from crmwb.sources.drafting.customers.ids import share_codes
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.reading.profile import Column

PEOPLE = ["Anna Miller", "Ben Stone", "Carla Garcia", "Jan de Boer", "Maria Rossi", "Li Wei", "Tom Weber", "Eva Kline"]
FIRMS = [
    "Hansa GmbH",
    "Casa Verde S.A.",
    "Ridge & Sons",
    "Polar Co",
    "上海远航贸易有限公司",
    "株式会社田中",
    "Alpha Ltd.",
]


def column(name, values, n_rows=None):
    known = [value for value in values if value]
    return Column(name, n_rows or len(values), Counter(known), ())


def drafted(columns, who=()):
    part = Part("customers", {}, {})
    kinds.put(part, columns, who)
    return part


@pytest.mark.parametrize(
    ("columns", "who", "value", "why"),
    [
        ([column("name", FIRMS)], [], {"constant": "company"}, "7 of 7 values of name end as companies do"),
        ([], [column("Customer", [*FIRMS, "Tern Books"])], {"constant": "company"}, "7 of 8 values of Customer"),
        ([column("Name", PEOPLE)], [], {"constant": "person"}, "nothing says so"),
        ([], [column("customer_id", ["1", "2", "3"])], {"constant": "person"}, "nothing says so"),
        ([column("VAT ID", ["DE1", "DE2", "DE3", "DE4"])], [], {"constant": "company"}, "100% have VAT ID"),
        ([], [column("GSTIN/UIN of Recipient", ["27A", "27B", "27C"])], {"constant": "company"}, "100% have GSTIN"),
        (
            [column("Company", [*FIRMS[:3], *[""] * 27])],
            [],
            {"expression": "case when Company is not null then 'company' else 'person' end"},
            "10% have Company",
        ),
        (
            [column("type", ["B2B", "private"])],
            [],
            {"column": "type", "replace": {"B2B": "company", "private": "person"}},
            "of",
        ),
        (
            [column("客户名称", ["杭州华盛机械", "城东汽修厂", "恒达建材经营部", "王小明"])],
            [],
            {"constant": "company"},
            "3 of 4 values",
        ),
        (
            [column("医院名称", ["江南第一医院", "湖滨中心", "城东第二医院(停用)"])],
            [],
            {"constant": "company"},
            "3 of 3 values",
        ),
        ([column("Name", ["Autohaus Kern", "Praxis Dr. Vogt", "Lake Hotel"])], [], {"constant": "company"}, "3 of 3"),
        ([column("客户名称", ["王小明", "李院", "欧阳行", "陈局"])], [], {"constant": "person"}, "nothing says so"),
        ([column("industry", ["steel", "food"])], [], {"constant": "company"}, "they have industry"),
    ],
)
def test_the_kind_follows_the_evidence(columns, who, value, why):
    part = drafted(columns, who)
    assert part.guesses["kind"].value == value
    assert why in part.guesses["kind"].why
    assert not part.questions


def test_names_of_both_kinds_are_asked_about():
    part = drafted([column("name", [*PEOPLE, *FIRMS[:4]])])
    (question,) = part.questions
    assert (question.key, question.choices) == ("kind", ("company", "person"))
    assert "4 of 12 values of name end as companies do" in question.text
    question.settle("company")
    assert part.guesses["kind"].value == {"constant": "company"}


def test_a_few_firms_among_people_are_named():
    part = drafted([column("name", [f"Anna Miller {i}" for i in range(40)] + FIRMS[:3])])
    assert not part.questions
    assert "3 of 43" in part.guesses["kind"].why


def test_customers_who_become_codes_in_one_table_do_in_all_where_they_are_read_as_they_stand():
    given = {
        "transactions": {"column": "Email", "pseudonym": True},
        "customers": "Email",
        "invoices": {"expression": "a"},
    }
    parts = [Part(table, {}, {"customer_id": Guess(value, Sure.LIKELY, "")}) for table, value in given.items()]
    share_codes(parts)
    written = [part.guesses["customer_id"].value for part in parts]
    assert written == [{"column": "Email", "pseudonym": True}] * 2 + [{"expression": "a"}]
    numbers = [Part("transactions", {}, {"customer_id": Guess("pseudonym", Sure.LIKELY, "")})]
    share_codes(numbers)
    assert numbers[0].guesses["customer_id"].value == "pseudonym"
