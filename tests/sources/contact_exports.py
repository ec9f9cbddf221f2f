"""Folders of exports of one invented company in several languages: sales, customers, campaigns, who was in them, contacts."""
# ruff: noqa: E501 - a list of names is easier to read in one line

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

N_CUSTOMERS, N_CAMPAIGNS, N_COMPLAINTS, N_VISITS, N_ANSWERS = 40, 3, 60, 80, 50
START = date(2024, 1, 8)


@dataclass(frozen=True)
class Words:
    """What a language calls files, columns and values, and how it writes days.

    Attributes
    ----------
    files, heads : dict of str to str or tuple of str
        By what they hold.
    treated, control, yes, no : str
        Values of the arm and of the answer.
    reasons : tuple of str
        Of complaints.
    names : tuple of str
        How customers' names end.
    """

    files: dict[str, str]
    heads: dict[str, Sequence[str]]
    treated: str
    control: str
    yes: str
    no: str
    reasons: tuple[str, str]
    names: tuple[str, str]
    delimiter: str = ","
    days: str = "%Y-%m-%d"


ENGLISH = Words(
    {"sales": "orders", "customers": "accounts", "campaigns": "campaigns", "members": "campaign_members", "complaints": "complaints", "visits": "visits", "survey": "csat_survey"},
    {
        "sales": ("Order No", "Customer No", "Order Date", "Quantity", "Amount EUR"),
        "customers": ("Customer No", "Customer Name", "City"),
        "campaigns": ("Campaign ID", "Campaign Name", "Start Date", "Budget", "Actual Cost"),
        "members": ("Campaign ID", "Customer No", "Group", "Sent Date", "Responded"),
        "complaints": ("Complaint No", "Customer No", "Received On", "Resolved On", "Reason"),
        "visits": ("Visit No", "Customer No", "Visit Date", "Visited By", "Visit Cost"),
        "survey": ("Customer No", "Survey Date", "Satisfaction (1-5)"),
    },
    "Test", "Control", "yes", "no", ("late", "broken"), ("Ltd", "plc"),
)  # fmt: skip
GERMAN = Words(
    {"sales": "Rechnungen", "customers": "Kunden", "campaigns": "Kampagnen", "members": "Kampagnenkontakte", "complaints": "Reklamationen", "visits": "Besuche", "survey": "Zufriedenheit"},
    {
        "sales": ("Rechnungsnr", "Kundennr", "Rechnungsdatum", "Menge", "Betrag EUR"),
        "customers": ("Kundennr", "Firma", "Ort"),
        "campaigns": ("Kampagnennr", "Bezeichnung", "Beginn", "Budget", "Istkosten"),
        "members": ("Kampagnennr", "Kundennr", "Gruppe", "Versanddatum", "Reagiert"),
        "complaints": ("Reklamationsnr", "Kundennr", "Eingangsdatum", "Erledigt am", "Grund"),
        "visits": ("Besuchsnr", "Kundennr", "Besuchsdatum", "Besucher", "Besuchskosten"),
        "survey": ("Kundennr", "Befragungsdatum", "Zufriedenheit (1-5)"),
    },
    "Zielgruppe", "Kontrollgruppe", "ja", "nein", ("Defekt", "Lieferung"), ("GmbH", "KG"), ";", "%d.%m.%Y",
)  # fmt: skip
CHINESE = Words(
    {"sales": "销售明细", "customers": "客户资料", "campaigns": "营销活动", "members": "活动名单", "complaints": "投诉记录", "visits": "拜访记录", "survey": "满意度调查"},
    {
        "sales": ("销售单号", "客户编号", "销售日期", "数量", "金额(元)"),
        "customers": ("客户编号", "客户名称", "城市"),
        "campaigns": ("活动编号", "活动名称", "开始日期", "预算", "活动费用(元)"),
        "members": ("活动编号", "客户编号", "分组", "触达日期", "是否响应"),
        "complaints": ("投诉单号", "客户编号", "投诉日期", "处理完成日期", "投诉类型"),
        "visits": ("拜访单号", "客户编号", "拜访日期", "业务员", "拜访费用(元)"),
        "survey": ("客户编号", "调查日期", "满意度评分(1-5)"),
    },
    "实验组", "对照组", "是", "否", ("质量", "物流"), ("机械有限公司", "汽配经营部"),
)  # fmt: skip
FRENCH = Words(
    {"sales": "ventes", "customers": "clients", "campaigns": "campagnes", "members": "envois_campagnes", "complaints": "reclamations", "visits": "visites", "survey": "enquete_satisfaction"},
    {
        "sales": ("N° commande", "N° client", "Date de commande", "Quantité", "Montant EUR"),
        "customers": ("N° client", "Raison sociale", "Ville"),
        "campaigns": ("Code campagne", "Nom de la campagne", "Date de début", "Budget", "Coût"),
        "members": ("Code campagne", "N° client", "Groupe", "Date d'envoi", "Répondu"),
        "complaints": ("N° réclamation", "N° client", "Date de réclamation", "Date de résolution", "Motif"),
        "visits": ("N° visite", "N° client", "Date de visite", "Commercial", "Coût"),
        "survey": ("N° client", "Date de réponse", "Satisfaction (1-5)"),
    },
    "ciblé", "témoin", "oui", "non", ("retard", "défaut"), ("SARL", "SAS"), ";", "%d/%m/%Y",
)  # fmt: skip
EVERY = {"english": ENGLISH, "german": GERMAN, "chinese": CHINESE, "french": FRENCH}


@dataclass(frozen=True)
class Truth:
    """What is true of a folder."""

    revenue_cents: int
    treated: set[tuple[str, str]]
    n_answered: int
    campaign_cents: int
    visit_cents: int
    n_settled: int
    ratings: list[float]


def company(folder: Path, words: Words, seed: int = 5) -> Truth:
    """Write a company's exports into a folder; return what is true of them."""
    draw = random.Random(seed)

    def day(n: int) -> str:
        return (START + timedelta(n)).strftime(words.days)

    who = [f"K{i}" for i in range(101, 101 + N_CUSTOMERS)]
    amounts = [draw.randrange(1000, 90000) for _ in range(400)]
    sales = [[f"S{k}", draw.choice(who), day(k), 1 + k % 3, money(cents)] for k, cents in enumerate(amounts)]
    costs = [draw.randrange(50000, 300000) for _ in range(N_CAMPAIGNS)]
    campaigns = [[f"C{j}", f"No {j}", day(90 * (j + 1)), 5000, money(cents)] for j, cents in enumerate(costs)]
    members, treated, n_answered = [], set(), 0
    for j in range(N_CAMPAIGNS):
        for one in who:
            is_treated = draw.random() < 0.6
            answered = is_treated and draw.random() < 0.3
            n_answered += answered
            treated |= {(f"C{j}", one)} if is_treated else set()
            sent = day(90 * (j + 1)) if is_treated else ""
            arm = words.treated if is_treated else words.control
            members.append([f"C{j}", one, arm, sent, words.yes if answered else words.no])
    settled = [draw.random() < 0.8 for _ in range(N_COMPLAINTS)]
    complaints = [
        [k + 1, draw.choice(who), day(5 * k), day(5 * k + 4) if s else "", draw.choice(words.reasons)]
        for k, s in enumerate(settled)
    ]
    visit_cents = [draw.randrange(1000, 9000) for _ in range(N_VISITS)]
    visits = [[k + 1, draw.choice(who), day(4 * k), "A. B.", money(cents)] for k, cents in enumerate(visit_cents)]
    stars = [1, 5, *(draw.randrange(1, 6) for _ in range(N_ANSWERS - 2))]
    survey = [[draw.choice(who), day(6 * k), star] for k, star in enumerate(stars)]
    customers = [[one, f"Nord {one} {draw.choice(words.names)}", draw.choice(["Ulm", "Jena"])] for one in who]
    rows = {"sales": sales, "customers": customers, "campaigns": campaigns, "members": members,
            "complaints": complaints, "visits": visits, "survey": survey}  # fmt: skip
    for name, every in rows.items():
        write(folder / f"{words.files[name]}.csv", words.heads[name], every, words.delimiter)
    return Truth(
        sum(amounts), treated, n_answered, sum(costs), sum(visit_cents), sum(settled), [(s - 1) / 4 for s in stars]
    )


def money(cents: int) -> str:
    """Return cents as an amount."""
    return f"{cents // 100}.{cents % 100:02}"


def write(path: Path, head: Sequence[str], rows: Sequence[Sequence[Any]], delimiter: str = ",") -> None:
    """Write a delimited file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file, delimiter=delimiter)
        written.writerow(head)
        written.writerows(rows)
