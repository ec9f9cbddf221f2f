"""`crmwb map FOLDER`: campaigns, their members, complaints, visits and surveys are drafted beside the purchases."""

import shutil

import pytest
from contact_exports import EVERY, N_ANSWERS, N_COMPLAINTS, N_CUSTOMERS, N_VISITS, company, write
from exporting import Ingested, project_params
from mapping_exports import run_map
from project import PROJECT

from crmwb import params
from crmwb.errors import CrmwbError
from crmwb.sources import ingest
from crmwb.sources.drafting.draft import draft
from crmwb.sources.drafting.reading.names import plain_words

SALES = (
    ("Order No", "Customer No", "Order Date", "Amount EUR"),
    [[f"S{k}", f"K{k % 9}", f"2024-0{1 + k % 9}-11", 10.5 + 37 * k % 91] for k in range(60)],
)
IN_WORDS = "case when Satisfaction = 'good' then 1.0 when Satisfaction = 'bad' then 0.0 end"
IN_CHINESE = (
    "case when \"满意度\" = '非常满意' then 1.0 when \"满意度\" = '满意' then 0.75 "
    "when \"满意度\" = '一般' then 0.5 when \"满意度\" = '不满意' then 0.25 end"
)
WHO = [f"K{k}" for k in range(9)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    return raw


def beside_sales(folder, name, head, rows):
    """Draft a file beside sales; return its parts, what is left out and the draft."""
    write(folder / "orders.csv", *SALES)
    write(folder / name, head, rows)
    result = draft([folder])
    own = {part.table: part for part in result.parts if part.options.get("file") == name}
    return own, [text for text in result.unused if text.startswith(name)], result


@pytest.mark.parametrize("language", EVERY)
def test_a_folder_is_read_whole(folder, language):
    truth = company(folder, EVERY[language])
    done = run_map(str(folder), "--yes", "--answer", f"currency={'CNY' if language == 'chinese' else 'EUR'}")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "left out:" not in done.stdout
    source = params.load(folder.parents[1] / "params.yaml").source
    ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
    read = Ingested(folder.parents[1] / "data" / "canonical")
    assert read.table("transactions")["revenue_cents"].sum() == truth.revenue_cents
    assert read.table("campaigns")["cost_cents"].sum() == truth.campaign_cents  # and not what was planned
    customers = read.table("customers")
    assert (len(customers), set(customers["kind"])) == (N_CUSTOMERS, {"company"})
    members = read.table("campaign_members")
    treated = members[members["arm"] == "treatment"]
    assert set(zip(treated["campaign_id"], treated["customer_id"], strict=True)) == truth.treated
    assert members["responded_at"].notna().sum() == truth.n_answered
    contacts = read.table("interactions")
    assert contacts["interaction_id"].is_unique
    assert len(contacts) == N_COMPLAINTS + N_VISITS + N_ANSWERS
    assert dict(contacts["department"].value_counts()) == {
        "service": N_COMPLAINTS, "sales": N_VISITS, "marketing": N_ANSWERS
    }  # fmt: skip
    assert contacts["cost_cents"].sum() == truth.visit_cents
    assert contacts["resolved_at"].notna().sum() == truth.n_settled
    assert contacts["satisfaction"].dropna().sort_values().tolist() == sorted(truth.ratings)
    assert not list(read.folder.rglob("unreadable/*"))


def test_costs_of_campaigns_by_day_are_no_purchases(folder):
    rows = [[f"C{k % 2}", f"2024-02-{1 + k:02}", "search", 20 + k] for k in range(20)]
    own, left, _ = beside_sales(folder, "campaign_costs.csv", ("Campaign ID", "Date", "Channel", "Cost"), rows)
    assert not own
    assert "several rows for a Campaign ID" in left[0]
    assert "cost_cents of campaigns" in left[0]


def test_costs_with_a_row_for_each_campaign_are_joined(folder):
    write(folder / "costs.csv", ("Campaign ID", "Actual Cost"), [["C1", 200], ["C2", 300]])
    rows = [["C1", "Spring", "2024-03-01"], ["C2", "Autumn", "2024-09-01"]]
    own, _, result = beside_sales(folder, "campaigns.csv", ("Campaign ID", "Name", "Start Date"), rows)
    assert own["campaigns"].guesses["cost_cents"].value == "costs.Actual Cost"
    assert not result.unused


def test_members_with_an_amount_are_no_purchases(folder):
    head = ("Campaign ID", "Customer No", "Contact Date", "Amount", "Converted")
    rows = [[f"C{k % 3}", WHO[k % 9], "2024-05-02", 12.5, "yes" if k % 4 else "no"] for k in range(27)]
    own, _, _ = beside_sales(folder, "mailing.csv", head, rows)
    assert own.keys() == {"campaign_members"}
    assert own["campaign_members"].guesses["arm"].value == {"constant": "treatment"}
    assert any("no column says who was held back" in text for text in own["campaign_members"].remarks)


def test_orders_that_name_the_campaign_they_came_by_stay_purchases(folder):
    head = ("Order No", "Customer No", "Order Date", "Campaign", "Amount EUR")
    rows = [[f"W{k}", WHO[k % 9], "2024-05-02", f"C{k % 3}", 12.5] for k in range(27)]
    own, _, _ = beside_sales(folder, "web_orders.csv", head, rows)
    assert own.keys() == {"transactions"}


def test_gifts_that_name_the_campaign_they_came_by_stay_purchases(folder):
    head = ("Gift ID", "Donor ID", "Gift Date", "Campaign", "Gift Amount")
    write(folder / "gifts.csv", head, [[f"G{k}", f"D{k % 9}", "2024-05-02", f"C{k % 3}", 12.5] for k in range(27)])
    assert {part.table for part in draft([folder]).parts} == {"transactions", "customers"}


def test_arms_whose_names_say_nothing_are_asked(folder):
    rows = [["C1", WHO[k], "AB"[k % 2], "2024-05-02"] for k in range(9)]
    own, _, result = beside_sales(folder, "members.csv", ("Campaign ID", "Customer No", "Group", "Sent Date"), rows)
    question = next(q for q in result.questions if q.key == "control_of_group")
    assert (question.choices, question.is_safe) == (("A", "B", "none"), False)
    question.settle("B")
    assert own["campaign_members"].guesses["arm"].value["replace"] == {"A": "treatment", "B": "control"}


def test_a_customer_twice_in_a_campaign_counts_once(folder):
    rows = [["C1", WHO[k % 9], "Test" if k % 9 % 2 else "Control", "2024-05-02"] for k in range(12)]
    own, _, _ = beside_sales(folder, "members.csv", ("Campaign ID", "Customer No", "Group", "Sent Date"), rows)
    assert own["campaign_members"].options["filter"] == "row_of_the_member = 1"
    assert any("3 rows name a customer of a campaign again" in text for text in own["campaign_members"].remarks)


@pytest.mark.parametrize(
    ("head", "values", "expected"),
    [
        ("Rating", [1, 2, 3, 5], "(Rating - 1) / 4"),
        ("NPS", [3, 7, 9, 9], "NPS / 10"),
        ("Satisfaction", ["good", "bad", "good", "good"], IN_WORDS),
        ("满意度", ["非常满意", "满意", "一般", "不满意"], IN_CHINESE),
        ("Note", [1, 2, 3, 5], None),
        ("Rating", [2, 4, 7, 9], None),
    ],
)  # fmt: skip
def test_ratings_are_shares_or_asked(folder, head, values, expected):
    rows = [[WHO[k % 9], f"2024-03-{1 + k:02}", values[k % 4]] for k in range(20)]
    own, _, result = beside_sales(folder, "survey.csv", ("Customer No", "Survey Date", head), rows)
    guess = own["interactions"].guesses.get("satisfaction")
    assert (guess and guess.value["expression"]) == expected
    assert any(q.key.startswith("scale_of") for q in result.questions) == (expected is None)


def test_contacts_of_strangers_are_left_out_with_the_reason(folder):
    rows = [[k, f"X{k}", "2024-05-02", "2024-05-04"] for k in range(20)]
    own, left, _ = beside_sales(folder, "tickets.csv", ("Ticket ID", "Account", "Created At", "Resolved At"), rows)
    assert not own
    assert "Account names none of the customers of the other files" in left[0]


def test_the_customer_of_a_contact_may_stand_in_another_file(folder):
    write(folder / "people.csv", ("Person ID", "Customer No"), [[f"P{k}", WHO[k % 9]] for k in range(18)])
    rows = [[k, f"P{k % 18}", "2024-05-02", "2024-05-04"] for k in range(30)]
    own, _, _ = beside_sales(folder, "tickets.csv", ("Ticket ID", "Person ID", "Created At", "Resolved At"), rows)
    assert own["interactions"].guesses["customer_id"].value == "people.Customer No"
    assert own["interactions"].options["join"]["people"]["key"] == "Person ID"
    assert own["interactions"].options["filter"] == '"people.Customer No" is not null'


@pytest.mark.parametrize("order", ["Order No", "order_number"])
def test_the_customer_of_a_complaint_may_be_told_by_its_order(folder, order):
    rows = [[f"K{k}", f"S{k * 7 % 60}", "2024-05-02"] for k in range(30)]
    own, _, _ = beside_sales(folder, "complaints.csv", ("Complaint ID", order, "Complaint Date"), rows)
    assert own["interactions"].guesses["customer_id"].value == "orders.Customer No"
    done = run_map(str(folder), "--yes", "--answer", "currency=EUR")
    assert "interactions: 30 rows tried" in done.stdout


def test_customers_by_their_addresses_are_codes_everywhere(folder):
    mails = [f"user{k}@example.org" for k in range(9)]
    sales = [[f"#{k}", mails[k % 9], f"2024-0{1 + k % 9}-11", 10.5 + 37 * k % 91] for k in range(60)]
    write(folder / "orders.csv", ("Order", "Email", "Date", "Total EUR"), sales)
    write(
        folder / "campaign_recipients.csv",
        ("Campaign", "Email", "Sent At"),
        [["May", m.upper(), "2024-05-02"] for m in mails],
    )
    members = next(part for part in draft([folder]).parts if part.table == "campaign_members")
    assert members.guesses["customer_id"].value == {"column": "Email", "pseudonym": True}
    done = run_map(str(folder), "--yes", "--answer", "currency=EUR")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "customers: 9 rows tried" in done.stdout


def test_visits_that_are_paid_for_stay_purchases(folder):
    head = ("Visit ID", "Patient ID", "Visit Date", "Amount")
    write(folder / "visits.csv", head, [[k, f"P{k % 9}", "2024-05-02", 80 + k] for k in range(30)])
    assert {part.table for part in draft([folder]).parts} == {"transactions", "customers"}


def test_admission_tickets_are_no_matters_of_service(folder):
    write(folder / "tickets.csv", ("Kundennr", "Datum", "Karten"), [[f"P{k % 9}", "2024-05-02", 2] for k in range(30)])
    with pytest.raises(CrmwbError, match="no amount"):
        draft([folder])


def test_contacts_of_customers_in_no_file_are_left_out(folder):
    write(folder / "customers.csv", ("Customer No", "City"), [[who, "Ulm"] for who in WHO])
    rows = [[k, (WHO * 3)[k] if k < 20 else f"X{k}", "2024-05-02", "2024-05-04"] for k in range(26)]
    own, _, _ = beside_sales(folder, "tickets.csv", ("Ticket ID", "Customer No", "Created At", "Resolved At"), rows)
    assert own["interactions"].options["filter"] == '"customers.Customer No" is not null'
    assert any("left out: 6 rows of 6 customers" in text for text in own["interactions"].remarks)
    done = run_map(str(folder), "--yes", "--answer", "currency=EUR")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "interactions: 20 rows tried" in done.stdout


@pytest.mark.parametrize(
    ("head", "costs"),
    [(("Product Code", "Standard Cost"), "product_costs.csv"), (("产品编码", "成本价(元)"), "产品成本.csv")],
)
def test_costs_of_products_are_joined_to_their_names(folder, head, costs):
    code = head[0]
    name = code.replace("编码", "名称").replace("Code", "Name")
    sales = [[f"S{k}", WHO[k % 9], "2024-05-02", f"P{k % 7}", 1 + k % 3, 12.5 + k] for k in range(60)]
    write(folder / "lines.csv", ("Order No", "Customer No", "Order Date", code, "Quantity", "Amount EUR"), sales)
    write(
        folder / ("产品档案.csv" if "产品" in code else "products.csv"),
        (code, name),
        [[f"P{k}", f"Part {k}"] for k in range(7)],
    )
    write(folder / costs, head, [[f"P{k}", 3 + k] for k in range(7)])
    result = draft([folder])
    products = next(part for part in result.parts if part.table == "products")
    assert (products.guesses["name"].value, products.guesses["unit_cost_cents"].sources[0].words) == (
        name,
        plain_words(head[1]),
    )
    assert not result.unused


@pytest.mark.parametrize(
    ("head", "months"),
    [
        (("合同编号", "客户编号", "合同开始日期", "合同结束日期", "年服务费"), 12),
        (("Vertragsnr", "Kundennr", "Laufzeitbeginn", "Laufzeitende", "Monatsrate"), 1),
        (("N° contrat", "N° client", "Date de début", "Date de fin", "Montant mensuel"), 1),
        (("Contrato", "Cliente", "Fecha de inicio", "Fecha de fin", "Cuota anual"), 12),
    ],
)
def test_contracts_in_other_languages(folder, head, months):
    rows = [[f"V{k}", WHO[k % 9], f"2024-0{1 + k % 9}-01", "2025-03-01" if k % 2 else "", 100 + k] for k in range(30)]
    own, _, _ = beside_sales(folder, "list.csv", head, rows)
    assert own["contracts"].guesses["period_months"].value == {"constant": months}


def test_customers_who_only_complain_are_customers_of_whom_little_is_known(folder):
    sales = [
        [f"S{k}", WHO[k % 9], f"2024-0{1 + k % 9}-11", ["N", "S"][k % 9 % 2], 10.5 + 37 * k % 91] for k in range(60)
    ]
    write(folder / "orders.csv", ("Order No", "Customer No", "Order Date", "Region", "Amount EUR"), sales)
    rows = [[f"R{k}", f"K{k % 12}", "2024-05-02"] for k in range(36)]
    write(folder / "complaints.csv", ("Complaint No", "Customer No", "Complaint Date"), rows)
    done = run_map(str(folder), "--yes", "--answer", "currency=EUR")
    assert done.exit_code == 0, done.stdout + done.stderr
    source = params.load(folder.parents[1] / "params.yaml").source
    ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
    regions = Ingested(folder.parents[1] / "data" / "canonical").table("customers").set_index("customer_id")["region"]
    assert (len(regions), regions.notna().sum(), regions["K3"]) == (12, 9, "S")


def test_a_column_of_another_meaning_in_contacts_says_nothing_of_customers(folder):
    sales = [
        [f"S{k}", WHO[k % 9], f"2024-0{1 + k % 9}-11", ["B2B", "private"][k % 9 % 2], 10.5 + 37 * k % 91]
        for k in range(60)
    ]
    write(folder / "orders.csv", ("Order No", "Customer No", "Order Date", "Type", "Amount EUR"), sales)
    rows = [[f"R{k}", f"K{k % 9}", "2024-05-02", "2024-05-04", "incident"] for k in range(36)]
    write(folder / "tickets.csv", ("Ticket ID", "Customer No", "Created At", "Resolved At", "Type"), rows)
    customers = next(part for part in draft([folder]).parts if part.table == "customers")
    assert customers.options["derived_from"] == "transactions"
    assert customers.guesses["kind"].sources


@pytest.mark.parametrize(
    ("name", "head", "row", "expected"),
    [
        ("visits.csv", ("Shop", "Visit Date", "Minutes"), ["N", "2024-05-02", 20], "no column of customers"),
        ("complaints.csv", ("Customer No", "Topic"), ["K1", "late"], "no column of dates"),
        ("promotions.csv", ("Product", "Discount"), ["P1", 5], "write campaigns or campaign_members"),
    ],
)
def test_what_is_left_out_is_named_with_the_reason(folder, name, head, row, expected):
    own, left, _ = beside_sales(folder, name, head, [row, [f"{row[0]}x", *row[1:]]] * 4)
    assert not own
    assert expected in left[0]
    assert "docs/mappings.md" in left[0]


@pytest.mark.parametrize(
    ("head", "values", "replaced"),
    [
        ("Arm", ["no mail", "mail"], {"no mail": "control", "mail": "treatment"}),
        ("Is Control", ["yes", "no"], {"yes": "control", "no": "treatment"}),
        ("Segment", ["control", "a"], {"control": "control", "a": "treatment"}),
        ("Version", ["no image", "image"], None),
        ("Segment", ["No E-Mail", "Mens E-Mail"], None),
    ],
)
def test_who_was_held_back_is_plain_or_asked(folder, head, values, replaced):
    rows = [["C1", WHO[k], values[k % 2], "2024-05-02"] for k in range(9)]
    own, _, result = beside_sales(folder, "members.csv", ("Campaign ID", "Customer No", head, "Sent Date"), rows)
    value = own["campaign_members"].guesses["arm"].value
    assert value.get("replace") == replaced
    assert any(q.key.startswith("control_of") for q in result.questions) == (replaced is None)


def test_a_blank_arm_is_asked_about(folder):
    rows = [["C1", WHO[k], "mail" if k % 2 else "none", "2024-05-02"] for k in range(9)]
    own, _, result = beside_sales(folder, "members.csv", ("Campaign ID", "Customer No", "Arm", "Sent Date"), rows)
    next(q for q in result.questions if q.key == "unknown_arm").settle("control")
    expression = own["campaign_members"].guesses["arm"].value["expression"]
    assert expression == "case when Arm is null then 'control' else 'treatment' end"


def test_lists_and_costs_of_a_dealers_campaigns_are_no_purchases(folder):
    sales = [[f"X{k}", WHO[k % 9], f"2024-0{1 + k % 9}-11", f"P{k % 7}", 2, 10.5 + 37 * k % 91] for k in range(60)]
    write(folder / "销售明细.csv", ("销售单号", "客户编号", "销售日期", "产品编码", "数量", "金额(元)"), sales)
    members = [[f"HD{k % 3}", WHO[k % 9], f"2024-0{2 + k % 3}-02", 1 + k % 3, 20.5] for k in range(27)]
    write(folder / "活动名单.csv", ("活动编号", "客户编号", "参加日期", "数量", "金额(元)"), members)
    costs = [[f"HD{k % 3}", f"2024-02-{1 + k:02}", "物料", 300 + k] for k in range(12)]
    write(folder / "活动费用.csv", ("活动编号", "日期", "费用项目", "金额(元)"), costs)
    promoted = [
        [f"Y{k}", WHO[k % 9], "2024-03-02", f"P{k % 7}", f"HD{k % 3}", 3, 17.5 + 31 * k % 97] for k in range(40)
    ]
    write(
        folder / "活动销售明细.csv",
        ("销售单号", "客户编号", "销售日期", "产品编码", "活动编号", "数量", "金额(元)"),
        promoted,
    )
    result = draft([folder])
    files = {(part.table, part.options["file"]) for part in result.parts if "file" in part.options}
    assert files == {
        ("transactions", "销售明细.csv"), ("transactions", "活动销售明细.csv"), ("campaign_members", "活动名单.csv")
    }  # fmt: skip
    assert [text for text in result.unused if text.startswith("活动费用.csv is left out: it has several rows")]


@pytest.mark.parametrize(("named", "expected"), [("Spring", "name"), ("C1", "id"), ("4711", None)])
def test_campaigns_go_by_what_members_name_them_by(folder, named, expected):
    write(
        folder / "campaigns.csv",
        ("Campaign ID", "Campaign Name", "Start Date"),
        [["C1", "Spring", "2024-05-01"], ["C2", "Autumn", "2024-09-01"]],
    )
    rows = [[named, WHO[k], "2024-05-02"] for k in range(9)]
    beside_sales(folder, "campaign_members.csv", ("Campaign", "Customer No", "Sent Date"), rows)
    result = draft([folder])
    heads = [part.guesses["campaign_id"].sources[0].words for part in result.parts if part.table == "campaigns"]
    assert heads == ([f"campaign {expected}"] if expected else [])
    assert [text for text in result.unused if "written alike" in text] == ([] if expected else result.unused)


def test_visits_that_another_file_bills_stay_purchases(folder):
    write(
        folder / "visits.csv",
        ("Visit ID", "Patient ID", "Visit Date"),
        [[f"V{k}", f"P{k % 9}", "2024-05-02"] for k in range(60)],
    )
    bills = [[f"V{k % 60}", f"X{k % 5}", 20.5 + 37 * k % 91] for k in range(120)]
    write(folder / "billing.csv", ("Visit ID", "Procedure", "Amount EUR"), bills)
    shop = [[f"R{k}", f"P{k % 9}", "2024-05-12", 5.5 + 31 * k % 41] for k in range(60)]
    write(folder / "shop.csv", ("Receipt No", "Patient ID", "Sale Date", "Amount EUR"), shop)
    files = {part.options.get("file") for part in draft([folder]).parts if part.table == "transactions"}
    assert files == {"billing.csv", "shop.csv"}


def test_shipments_do_not_stand_for_the_orders(folder):
    rows = [[f"T{k}", f"S{k}", "2024-05-02", "DHL"] for k in range(40)]
    own, left, result = beside_sales(
        folder, "shipments.csv", ("Shipment ID", "Order No", "Shipped At", "Carrier"), rows
    )
    assert not own
    assert left
    assert [part.options["file"] for part in result.parts if part.table == "transactions"] == ["orders.csv"]


@pytest.mark.parametrize(("column", "values", "n"), [("Type", ["Call", "E-Mail"], 1), ("Class", ["Yoga", "Spin"], 0)])
def test_activities_are_contacts_where_their_kinds_are(folder, column, values, n):
    rows = [[WHO[k % 9], "2024-05-02 10:00:00", values[k % 2]] for k in range(30)]
    own, _, _ = beside_sales(folder, "activities.csv", ("Customer No", "Start Time", column), rows)
    assert len(own) == n
