"""Customers by name, of which some stand with a contact behind a comma."""

from mapping_exports import revenue, write

COMPANIES = ["Hotel De Kroon", "Bistro Luna", "Koffie Bar Noord", "Brasserie Zand", "Tea Room Anker", "Cafe Linde"]
PEOPLE = ["", ", Els Peeters", ", Jan Claes"]
N = 72


def orders(project) -> dict[str, float]:
    lines, sums = ["order_no,order_date,customer,total_amount"], dict.fromkeys(COMPANIES, 0.0)
    for i in range(N):
        company, contact = COMPANIES[i % 6], PEOPLE[i // 6 % 3]
        lines.append(f'{900 + i},2024-{i % 12 + 1:02d}-{i % 27 + 1:02d},"{company}{contact}",{40 + i}.00')
        sums[company] += 40 + i
    write(project, "orders.csv", lines)
    return sums


def test_contacts_behind_a_comma_are_asked_about_and_count_for_their_company(project):
    sums = orders(project)
    left = project.draft(currency="EUR")
    assert any("12 names in customer are others with something behind a comma" in each for each in left), left
    assert project.draft(currency="EUR", contacts_by_customer="company") == []
    assert revenue(project.ingest()) == sums
    assert project.draft(currency="EUR", contacts_by_customer="each") == []
    assert len(revenue(project.ingest())) == 18


def test_surnames_before_a_comma_are_no_companies(project):
    lines = ["order_no,order_date,customer,total_amount"]
    for i in range(N):
        name = f"{('Peeters', 'Claes', 'Maes')[i % 3]}, {('Jan', 'Els', 'An', 'Tom')[i % 4]}"
        lines.append(f'{900 + i},2024-{i % 12 + 1:02d}-{i % 27 + 1:02d},"{name}",{40 + i}.00')
    write(project, "orders.csv", lines)
    assert not any("behind a comma" in each for each in project.draft(currency="EUR"))
