"""E-mail addresses that a marketplace makes anew for each order, beside a login that is blank for the own shop."""

import pytest
from mapping_exports import revenue, write


def orders(login: str, *, of_the_shop: str = "", changing: bool = True) -> tuple[list[str], dict[str, int]]:
    """Return rows of 90 orders of ten buyers of a marketplace and five of a shop, and what each bought."""
    lines, sold = [f"Order number,Order date,{login},E-mail,Product,Quantity,Price"], {}
    for i in range(90):
        is_shop = i % 3 == 0
        who = f"s{i % 5}" if is_shop else f"m{i % 10}"
        address = f"{who}@mail.example" if is_shop or not changing else f"{who}+{i:04d}@relay.example"
        cents = 1_000 + 37 * (i % 11)
        sold[who] = sold.get(who, 0) + cents
        day = f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
        lines.append(f"{7000 + i},{day},{of_the_shop if is_shop else who},{address},P{i % 4},1,{cents / 100:.2f}")
    return lines, sold


@pytest.mark.parametrize("login", ["Login klienta", "Buyer nickname", "Username", "Buyer User Name"])
def test_customers_go_by_login_where_it_is_known_and_by_address_elsewhere(project, login):
    lines, sold = orders(login)
    write(project, "orders.csv", lines)
    (asked,) = project.draft()
    assert "10 of these have 60 different E-mail" in asked
    key = asked.rpartition("--answer ")[2].partition("=")[0]
    assert project.draft(**{key: "login"}) == []
    got = revenue(project.ingest())
    assert sorted(got.values()) == sorted(cents / 100 for cents in sold.values())
    assert not any("@" in who or who.startswith("m") for who in got)
    assert project.draft(**{key: "address"}) == []
    assert len(revenue(project.ingest())) == 65


def test_a_last_name_is_no_login(project):
    write(project, "orders.csv", orders("Buyer Surname")[0])
    assert not any("would be the customer" in question for question in project.draft())


def test_addresses_that_stay_are_not_asked_of(project):
    write(project, "orders.csv", orders("Login klienta", changing=False)[0])
    assert project.draft() == []


@pytest.mark.parametrize("of_the_shop", ["", "guest"])
def test_a_number_with_changing_addresses_stays_where_it_is_known(project, of_the_shop):
    lines, sold = orders("Customer ID", of_the_shop=of_the_shop)
    write(project, "orders.csv", lines)
    assert project.draft(without_customer_id="name") == []
    got = revenue(project.ingest())
    assert sorted(got.values()) == sorted(cents / 100 for cents in sold.values())


def test_only_a_choice_among_columns_is_coded(project):
    lines, _ = orders("Login klienta")
    write(project, "orders.csv", lines)
    project.draft(customer_by_login_klienta="login")
    text = project.mapping.replace('coalesce("Login klienta", "E-mail")', 'upper("E-mail")')
    assert text != project.mapping
    (project.root / "mappings" / "draft.yaml").write_text(text)
    with pytest.raises(Exception, match="but for coalesce of nothing but columns"):
        project.ingest()
