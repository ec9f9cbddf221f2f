"""Exports in the column layout of shops, payment services and CRM systems, made here with known totals."""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

import csv
import random
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from mapping_exports import Mapped, revenue

N_ORDERS = 60


def money(cents):
    return f"{Decimal(cents) / 100:.2f}"


def write(path, header, rows, **options):
    with path.open("w", newline="", encoding=options.pop("encoding", "utf-8")) as file:
        writer = csv.DictWriter(file, header.split(","), restval="", **options)
        writer.writeheader()
        writer.writerows(rows)


def orders(seed=1):
    """Yield an order's number, customer, time, and lines of goods, price in cents and quantity."""
    draw = random.Random(seed)
    at = datetime(2024, 1, 5, 9)  # noqa: DTZ001 - each export has its own zone
    for i in range(N_ORDERS):
        at += timedelta(hours=draw.randint(5, 60))
        lines = [(g, 500 + 250 * g, draw.randint(1, 3)) for g in draw.sample(range(8), draw.randint(1, 3))]
        yield i + 1, draw.randint(1, 15), at, lines, draw


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project to map exports into."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    return Mapped(tmp_path)


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping City,Shipping Country,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,"
    "Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties"
)


def test_shopify_orders(project):
    rows, total = [], 0
    for number, customer, at, lines, draw in orders():
        goods = sum(price * n for _, price, n in lines)
        off = draw.choice([0, 0, 333]) if goods > 1000 else 0
        status = draw.choice(["paid"] * 6 + ["refunded", "partially_refunded", "voided", "pending"])
        back = {"refunded": goods - off + 500 + 100, "partially_refunded": 200}.get(status, 0)
        stamp = at.replace(tzinfo=ZoneInfo("America/New_York")).strftime("%Y-%m-%d %H:%M:%S %z")
        for i, (good, price, n) in enumerate(lines):
            row = {
                "Name": f"#{1000 + number}", "Email": f"c{customer}@example.com", "Created at": stamp, "Lineitem quantity": n,
                "Lineitem name": f"Good {good}", "Lineitem price": money(price), "Lineitem sku": f"G{good}", "Vendor": "Shop",
                "Lineitem discount": "0.00", "Lineitem requires shipping": "true", "Lineitem taxable": "true",
            }  # fmt: skip
            if i == 0:
                row |= {
                    "Financial Status": status, "Paid at": stamp, "Fulfillment Status": "fulfilled", "Currency": "USD",
                    "Subtotal": money(goods - off), "Shipping": "5.00", "Taxes": "1.00", "Total": money(goods - off + 600),
                    "Discount Amount": money(off), "Refunded Amount": money(back), "Id": 5_500_000_000_000 + number,
                    "Cancelled at": stamp if status == "voided" else "", "Accepts Marketing": "no", "Risk Level": "Low",
                    "Outstanding Balance": "0.00", "Source": "web", "Billing Country": "US", "Billing Name": "A Name",
                }  # fmt: skip
            rows.append(row)
        if status not in {"voided", "pending"}:
            total += goods - off - min(back, goods - off)
    write(project.raw / "orders_export.csv", SHOPIFY, rows)
    assert project.map("orders_export.csv"), project.said
    assert project.source.currency == "USD"
    assert project.source.time_zone == "America/New_York"
    assert round(100 * sum(revenue(project.ingest()).values())) == total


WOOCOMMERCE = (
    "order_id,parent_id,type,date_created,date_created_gmt,status,customer_id,num_items_sold,net_total,tax_total,shipping_total,"
    "total_sales,currency,payment_method"
)


def test_woocommerce_orders(project):
    rows, truth = [], {}
    for number, customer, at, lines, draw in orders():
        goods, n = sum(price * n for _, price, n in lines), sum(n for *_, n in lines)
        status = draw.choice(["wc-completed"] * 5 + ["wc-processing", "wc-failed", "wc-cancelled", "wc-refunded"])
        who = draw.choice([customer + 1, customer + 1, 0])
        row = {
            "order_id": number, "parent_id": 0, "type": "shop_order", "date_created": at, "date_created_gmt": at,
            "status": status, "customer_id": who, "num_items_sold": n, "net_total": money(goods), "tax_total": "1.90",
            "shipping_total": "5.00", "total_sales": money(goods + 690), "currency": "EUR", "payment_method": "card",
        }  # fmt: skip
        rows.append(row)
        if status in {"wc-failed", "wc-cancelled"}:
            continue
        truth[who] = truth.get(who, 0) + goods
        if status == "wc-refunded":
            rows.append(row | {
                "order_id": 1000 + number, "parent_id": number, "type": "shop_order_refund", "status": "wc-completed",
                "num_items_sold": -n, "net_total": money(-goods), "total_sales": money(-goods - 690),
            })  # fmt: skip
            truth[who] -= goods
    write(project.raw / "wc.csv", WOOCOMMERCE, rows)
    assert project.map("wc.csv"), project.said
    assert project.source.currency == "EUR"
    found = project.ingest()
    assert {k: round(100 * v) for k, v in revenue(found).items()} == {str(k): v for k, v in truth.items() if k}
    assert found.manifest["tables"]["transactions"]["without_customer"]["revenue_cents"] == truth[0]


STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Converted Currency,"
    "Decline Reason,Description,Fee,Is Link,Link Funding,Mode,PaymentIntent ID,Payment Source Type,Refunded date (UTC),"
    "Statement Descriptor,Status,Seller Message,Taxes On Fee,Card ID,Customer ID,Customer Description,Customer Email,Invoice ID,Transfer"
)


def test_stripe_payments(project):
    rows, total = [], 0
    for number, customer, at, lines, draw in orders():
        cents = sum(price * n for _, price, n in lines)
        code = draw.choice(["usd", "usd", "eur"])
        converted = cents if code == "usd" else round(cents * 1.07)
        status = draw.choice(["Paid"] * 6 + ["Refunded", "Failed", "Partial Refund"])
        share = {"Refunded": 1, "Partial Refund": 0.5}.get(status, 0)
        back = round(converted * share)
        rows.append({
            "id": f"ch_{number}", "Created date (UTC)": at.strftime("%Y-%m-%d %H:%M"), "Amount": money(cents),
            "Amount Refunded": money(round(cents * share)), "Currency": code, "Captured": str(status != "Failed").lower(),
            "Converted Amount": money(converted), "Converted Amount Refunded": money(back), "Converted Currency": "usd",
            "Description": "Plan", "Fee": "0.59", "Mode": "Live", "Status": status, "Customer ID": f"cus_{customer}",
            "Customer Email": f"c{customer}@example.com", "Card ID": f"card_{customer}", "Is Link": "false",
        })  # fmt: skip
        total += 0 if status == "Failed" else converted - back
    write(project.raw / "unified_payments.csv", STRIPE, rows)
    assert project.map("unified_payments.csv"), project.said
    assert round(100 * sum(revenue(project.ingest()).values())) == total


def test_salesforce_opportunities_with_history(project):
    rows, history, won = [], [], 0
    for number, customer, at, lines, draw in orders():
        cents = sum(price * n for _, price, n in lines)
        stage = draw.choice(["Closed Won", "Closed Won", "Closed Lost", "Negotiation"])
        opened, closed = at - timedelta(days=30), at
        row = {
            "Id": f"006{number:04}", "AccountId": f"001{customer:04}", "Name": f"Deal {number}", "StageName": stage,
            "Amount": money(cents), "CloseDate": closed.date(), "CreatedDate": f"{opened:%Y-%m-%dT%H:%M:%S}.000+0000",
            "IsClosed": str(stage.startswith("Closed")).lower(), "IsWon": str(stage == "Closed Won").lower(),
            "OwnerId": f"005{number % 4}", "Type": "New Business", "LeadSource": "Web", "Probability": 50,
            "ForecastCategory": "Pipeline", "CurrencyIsoCode": "USD", "IsDeleted": "false",
        }  # fmt: skip
        rows.append(row)
        for i, name in enumerate(["Prospecting", "Negotiation", stage]):
            history.append({
                "Id": f"008{number:04}{i}", "OpportunityId": row["Id"], "StageName": name, "Amount": row["Amount"],
                "CloseDate": closed.date(), "CreatedDate": f"{opened + timedelta(days=10 * i):%Y-%m-%dT%H:%M:%S}.000+0000",
                "CreatedById": "0051", "IsDeleted": "false",
            })  # fmt: skip
        won += cents if stage == "Closed Won" else 0
    write(project.raw / "Opportunity.csv", ",".join(rows[0]), rows)
    write(project.raw / "OpportunityHistory.csv", ",".join(history[0]), history)
    assert project.map("Opportunity.csv", "OpportunityHistory.csv"), project.said
    found = project.ingest()
    assert len(found.table("opportunities")) == N_ORDERS
    assert round(100 * sum(revenue(found).values())) == won


def test_hubspot_deals_and_contacts(project):
    rows, won = [], 0
    for number, customer, at, lines, draw in orders():
        cents = sum(price * n for _, price, n in lines)
        stage = draw.choice(["Closed Won", "Closed Won", "Closed Lost", "Contract Sent"])
        rows.append({
            "Record ID": 9000 + number, "Deal Name": f"Deal {number}", "Deal Stage": stage, "Close Date": f"{at:%Y-%m-%d %H:%M}",
            "Deal owner": "Ann", "Amount": money(cents), "Pipeline": "Sales", "Create Date": f"{at - timedelta(days=20):%Y-%m-%d %H:%M}",
            "Associated Contact": f"Person {customer}", "Associated Contact IDs": 100 + customer,
        })  # fmt: skip
        won += cents if stage == "Closed Won" else 0
    contacts = [
        {
            "Record ID": 100 + i, "First Name": "P", "Last Name": f"N{i}", "Email": f"p{i}@example.com", "Phone Number": "",
            "Contact owner": "Ann", "Lifecycle Stage": "customer", "Country/Region": "Germany", "City": "Bonn",
            "Create Date": "2023-01-05 10:00", "Original Source": "Organic Search",
        }
        for i in range(1, 16)
    ]  # fmt: skip
    write(project.raw / "deals.csv", ",".join(rows[0]), rows)
    write(project.raw / "contacts.csv", ",".join(contacts[0]), contacts)
    assert project.map("deals.csv", "contacts.csv"), project.said
    found = project.ingest()
    assert round(100 * sum(revenue(found).values())) == won
    assert set(found.table("customers").city) == {"Bonn"}


def test_a_chinese_shop(project):
    rows, total = [], 0
    for number, customer, at, lines, draw in orders():
        cents = sum(price * n for _, price, n in lines)
        status = draw.choice(["交易成功"] * 4 + ["已发货", "交易关闭", "待付款", "已退款", "部分退款"])
        back = {"已退款": cents, "部分退款": 150}.get(status, 0)
        rows.append({
            "订单编号": f"{20240000000 + number}", "会员编号": f"{customer:04}", "收货人姓名": "某人", "联系手机": "'13800000000",
            "下单时间": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", "付款时间": f"{at:%Y/%m/%d %H:%M}", "宝贝总数量": sum(n for *_, n in lines),
            "订单金额": money(cents + 800), "运费": "8.00", "实付金额": f"￥{Decimal(cents) / 100:,.2f}", "退款金额": money(back),
            "订单状态": status, "订单类型": "普通订单", "支付方式": "支付宝",
        })  # fmt: skip
        total += 0 if status in {"交易关闭", "待付款"} else cents - back
    write(project.raw / "订单.csv", ",".join(rows[0]), rows, encoding="gb18030")
    assert project.map("订单.csv", currency="CNY"), project.said
    assert project.source.currency == "CNY"
    assert round(100 * sum(revenue(project.ingest()).values())) == total
