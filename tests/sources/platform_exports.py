"""Exports in the column layout of shops, payment services and CRM systems, made here with known totals."""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

Order = tuple[int, int, datetime, list[tuple[int, int, int]], random.Random]


@dataclass(frozen=True)
class Export:
    """What was exported, and what is true of it.

    Attributes
    ----------
    files : tuple of str
        Names within the folder.
    revenue_cents : int
        Of all sales, net of refunds.
    currency, time_zone : str or None
        What the export says of itself; None where it does not.
    by_customer : dict of str to int
        Revenue of each, where ids are not pseudonyms.
    guests_cents : int
        Revenue without a customer, left out of `revenue_cents`.
    answers : dict of str to str
        What a person has to answer.
    """

    files: tuple[str, ...]
    revenue_cents: int
    currency: str | None
    time_zone: str | None = None
    by_customer: dict[str, int] = field(default_factory=dict)
    guests_cents: int = 0
    answers: dict[str, str] = field(default_factory=dict)


def money(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def write(path: Path, header: str, rows: list[dict[str, object]], encoding: str = "utf-8") -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, header.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)


def orders(n: int = 60, n_customers: int = 15, seed: int = 1) -> Iterator[Order]:
    """Yield an order's number, customer, time, and lines of goods, price in cents and quantity."""
    draw = random.Random(seed)
    at = datetime(2024, 1, 5, 9)  # noqa: DTZ001 - each export has its own zone
    for i in range(n):
        at += timedelta(hours=draw.randint(5, 60))
        lines = [(g, 500 + 250 * g, draw.randint(1, 3)) for g in draw.sample(range(8), draw.randint(1, 3))]
        yield i + 1, draw.randint(1, n_customers), at, lines, draw


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping City,Shipping Country,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,"
    "Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties"
)


def shopify(raw: Path, *size: int) -> Export:
    rows, total = [], 0
    for number, customer, at, lines, draw in orders(*size):
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
    write(raw / "orders_export.csv", SHOPIFY, rows)
    return Export(("orders_export.csv",), total, "USD", "America/New_York")


WOOCOMMERCE = (
    "order_id,parent_id,type,date_created,date_created_gmt,status,customer_id,num_items_sold,net_total,tax_total,shipping_total,"
    "total_sales,currency,payment_method"
)


def woocommerce(raw: Path, *size: int) -> Export:
    rows, truth = [], {}
    for number, customer, at, lines, draw in orders(*size):
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
    write(raw / "wc.csv", WOOCOMMERCE, rows)
    guests = truth.pop(0, 0)
    by_customer = {str(who): cents for who, cents in truth.items()}
    return Export(("wc.csv",), sum(truth.values()), "EUR", by_customer=by_customer, guests_cents=guests)


STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Converted Currency,"
    "Decline Reason,Description,Fee,Is Link,Link Funding,Mode,PaymentIntent ID,Payment Source Type,Refunded date (UTC),"
    "Statement Descriptor,Status,Seller Message,Taxes On Fee,Card ID,Customer ID,Customer Description,Customer Email,Invoice ID,Transfer"
)


def stripe(raw: Path, *size: int) -> Export:
    rows, total = [], 0
    for number, customer, at, lines, draw in orders(*size):
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
    write(raw / "unified_payments.csv", STRIPE, rows)
    return Export(("unified_payments.csv",), total, "USD")


def salesforce(raw: Path, *size: int) -> Export:
    rows, history, won = [], [], 0
    for number, customer, at, lines, draw in orders(*size):
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
    write(raw / "Opportunity.csv", ",".join(rows[0]), rows)
    write(raw / "OpportunityHistory.csv", ",".join(history[0]), history)
    return Export(("Opportunity.csv", "OpportunityHistory.csv"), won, "USD")


def hubspot(raw: Path, *size: int) -> Export:
    rows, won = [], 0
    for number, customer, at, lines, draw in orders(*size):
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
        for i in range(1, 1 + (size[1] if size else 15))
    ]  # fmt: skip
    write(raw / "deals.csv", ",".join(rows[0]), rows)
    write(raw / "contacts.csv", ",".join(contacts[0]), contacts)
    return Export(("deals.csv", "contacts.csv"), won, "USD", answers={"currency": "USD"})


def chinese_shop(raw: Path, *size: int) -> Export:
    rows, total = [], 0
    for number, customer, at, lines, draw in orders(*size):
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
    write(raw / "订单.csv", ",".join(rows[0]), rows, encoding="gb18030")
    return Export(("订单.csv",), total, "CNY", answers={"currency": "CNY"})


EVERY = (shopify, woocommerce, stripe, salesforce, hubspot, chinese_shop)
