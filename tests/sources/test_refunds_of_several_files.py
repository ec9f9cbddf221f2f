"""Refunds in a file of their own that name orders of several files, such as those of two years."""

from mapping_exports import total, write

N = 40


def years(project) -> dict[str, float]:
    """Write orders of two years, whose number is called a code, and what came back of both; return sums."""
    sums = {"sold": 0.0, "back": 0.0, "cancelled": 0.0}
    credit = ["number,orderCode,creationDate,total"]
    for year in (2023, 2024):
        rows = ["code,date,status,email,item,quantity,unit_price"]
        for i in range(N):
            amounts = [20 + i % 13 + k for k in range(1 + i % 3)]
            is_cancelled = i % 10 == 4
            status = "cancelled" if is_cancelled else "shipped"
            moment = f"{year}-{i // 4 + 1:02d}-{i % 4 // 2 + 10} 10:{i:02d}:00"  # two orders of each in a day
            start = f"{year}{100 + i},{moment},{status},p{i // 2 % 7}@shop.example"
            rows += [f"{start},P{(i + k) % 8},1,{amount}.00" for k, amount in enumerate(amounts)]
            sums["cancelled" if is_cancelled else "sold"] += sum(amounts)
            if i % 8 == 4:
                credit.append(f"{year}9{i:02d},{year}{100 + i},{year}-12-{i % 27 + 1:02d},-{amounts[0]}.00")
                sums["back"] += 0 if is_cancelled else amounts[0]
        write(project, f"orders-{year}.csv", rows)
    write(project, "credit.csv", credit)
    return sums


def test_a_file_of_refunds_of_two_years_is_asked_about_and_taken_off_both(project):
    sums = years(project)
    left = project.draft(currency="EUR")
    assert [each for each in left if "names orders of orders-2023.csv and orders-2024.csv (orderCode)" in each], left
    assert project.draft(currency="EUR", rows_of_credit_csv="returns") == []
    assert total(project) == sums["sold"] - sums["back"]  # nothing of orders that are left out
    assert project.draft(currency="EUR", rows_of_credit_csv="leave_out") == []
    assert total(project) == sums["sold"]
