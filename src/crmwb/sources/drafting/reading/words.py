"""What values of statuses, kinds of rows, guests and currencies say: in eight languages, not all of them whole."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from enum import Enum
from functools import cache

from crmwb.sources.drafting.reading.names import in_english, plain_words
from crmwb.sources.letters import without_accents

CANCELLED = re.compile(
    r"cancel|\bvoid|fail|declin|reject|abandon|expire|denied|revers|abort|deleted|\blost\b|uncollectible|blocked|fraud|\berror|unavailable|out of stock"
    r"|storn|abgebroch|abgelehnt|fehlgeschlag|gescheitert|ungultig|verfallen|widerruf|geloscht|annull"
    r"|annul|echou|\bechecs?\b|refus|abandonn|supprim|erreur"
    r"|indispon|denegad|inutilizad"
    r"|geannuleer|mislukt|geweiger|verlopen|fallit|rifiutat|scadut|fehler"
    r"|anulad|fallid|fallo|rechazad|vencid|caducad|eliminad"
    r"|失败|取消|作废|关闭|拒绝|无效|过期|撤销|删除|终止"
    r"|anulat|anulow|zrusen|stornat|peruttu|peruut|makuler|kanseller|avbestil|avbruten|torol(t|ve)|sztorn|visszavon|\b(di)?batal(kan)?\b|\b(da |bi )?huy\b|ακυρ|\biptal|ยกเลิก"
    r"|キャンセル|取消|取り消し|失敗|無効|却下|期限切れ|保留中止"
)
CANCELLED_BY_A_NO = re.compile(  # a no is part of what it says, and does not turn it round
    r"not available|not deliverable|nicht (verfugbar|lieferbar)|non (disponib\w*|riuscit\w*|abouti\w*)|no (disponible|completad\w*)|niet (leverbaar|gelukt)|sin stock"
)
UNPAID = re.compile(
    r"unpaid|not paid|awaiting payment|pending|payment due|draft|on hold|authori[sz]ed|incomplete|checkout"
    r"|unbezahlt|nicht bezahlt|zahlung ausstehend|ausstehend|entwurf|wartet auf zahlung|warten auf zahlung"
    r"|impaye|non paye|en attente( de paiement)?|brouillon"
    r"|impagad|no pagad|pendiente|borrador"
    r"|wacht op betaling|openstaand|in attesa|non pagat|aguardando|pendente|nao pago|bozza|rascunho"
    r"|待付款|未付款|待支付|未支付|未付|等待\w*付款|草稿|待确认(?!收货)|^已?创建$|暂存|审核中|重新审核|未审核|待审核|未提交|待提交|已驳回"
    r"|quotations?( sent)?$|^quote|^angebot|^devis|presupuesto|orcamento"
    r"|neincasat|neplatit|neplaten|nezaplac|neuhrazen|neuhraden|nieoplac|niezaplac|nieuregul|ubetalt|ikke betalt|obetald|ej betald|maksamat|fizetetlen|belum (di)?bayar|belum lunas|chua thanh toan|απληρωτ|ανεξοφλ|odenmedi"
    r"|未入金|入金待ち|未払い|支払い?待ち|支払い?前|仮注文|^保留中?$|見積"
)
DRAFT = re.compile(r"drafts?|entwurf|brouillon|borrador|bozza|rascunho|concept|szkic|草稿|暂存|已?创建|下書き|仮")
BACK = re.compile(
    r"refund|return|charge ?back|charged back|credit ?note|credit memo|money back"
    r"|erstatt|ruckerstatt|retoure|retourniert|zuruckgegeben|zuruckgesandt|rucksendung|gutschrift|ruckbuchung|ruckgabe|rucklastschrift"
    r"|rembours|retourne|\bavoir\b|retour"
    r"|\bretur|reembols|devuel|devolu|nota de credito|abono|devolvid"
    r"|terugbetaald|retour gezonden|rimbors|restituit|estornad"
    r"|退(款|货|费|票|卡|订|单|换|保)|已退|红冲|冲正"
    r"|\bretur\b|returner(et|t|ad)|returnat|rambursat|vracen|\bzwrot|zwrocon|palautet|hyvitet|visszater|visszakuld|επιστροφ|tra hang|hoan tien|dikembalikan|\biade"
    r"|返品|返金|払い戻し"
)
CREDIT_NOTE = re.compile(
    r".*\b(credit ?(notes?|memos?)|\w*gutschrift\w*|avoirs?|notas? (de )?credito|not[ae] di credito"
    r"|\w*kredit ?not[ae]?\w*|\w*kreditfaktura\w*|creditnota\w*|dobropis\w*)\b.*|.*(贷项|红字|ใบลดหนี).*"
)
PARTLY = re.compile(r"part(ly|ial|iell|iel|ielle)|teil(weise|erstatt|retoure)|parcial|partiellement|部分|partially")
NEGATED = re.compile(
    r"\b(not|non|no|nicht|kein|keine|sans|sin|without|ohne|pas)\b|^un(cancel|return|refund)|未(取消|退|关闭)|无(退|需退)|不退|没有(申请)?(退|取消)"
)
STOPPED = re.compile(
    r"(refund|return|erstattung|rembours\w*|reembolso) (fail|declin|reject|cancel|refus|abgelehnt|rechaz)\w*|退款(失败|关闭|取消|拒绝)"
)
FEE_OF_BACK = re.compile(  # what a refund costs, and no refund
    r"\b(refund|return|charge ?back|dispute|reversal|rucklastschrift|ruckbuchung|rembours\w*|reembolso|rimborso|retour)s? "
    r"(commissions?|fees?|admin\w*|processing|costs?|gebuhr(en)?|provision|frais|comision|kosten|taxa)\b"
    r"|\b(fees?|commission|gebuhr|frais|comision|commissione) (for|of|on|fur|de|per|sur) (a )?(refund|return|charge ?back|rembours|reembolso|rimborso)|退款手续费"
)
NOTHING_BACK = re.compile(r"(没有|未|无)(申请)?退|no refund|not refunded|keine (erstattung|ruckerstattung)")
UNDER_WAY = re.compile(
    r"(refund|return|erstattung) (requested|pending|in progress|beantragt)|退款中|申请退款|退款申请|待退款"
)
SALE = re.compile(
    r"^sales? orders?$|paid|complete|success|succeed|shipped|deliver|fulfil|closed won|processing|active|open|confirmed|done|settled|captured|approved|sold|invoiced|billed"
    r"|fakturiert|berechnet|facturad|faturad|fatturat|facture\b|gefactureerd"
    r"|bezahlt|abgeschlossen|versandt|versendet|geliefert|erledigt|bestatigt|verkauft"
    r"|paye|termine|livre|expedie|confirme|pagad|completad|finali[sz]ad|enviad|entregad|confirmad|accepte"
    r"|in bearbeitung|afgerond|betaald|verzonden|geleverd|voltooid|pago\b|pagat|completat|spedit|consegnat|concluid|entregue"
    r"|已审核|审核通过|已批准|已付款|已支付|完成|成功|已发货|待发货|已收货|已签收|待收货|确认收货|已评价|待评价"
    r"|incasat|platit|zaplac|uhrazen|uhraden|oplacon|\bbetalt|\bbetald|maksettu|fizetve|\blunas|da thanh toan|εξοφλ|πληρωμεν|dokoncen|zrealizow|fuldfort|fullfort|gennemfort|slutford|bokford|bogfort|selesai|hoan thanh|teljesitve|livrat|finalizat|dorucen|teslim edildi|tamamlandi"
    r"|発送|配送|出荷|納品|完了|入金済|支払い?済|受注|成立|処理済|等待买家确认"
)
NO_MONEY = re.compile(
    r"\bpay ?outs?\b|\btransfers?\b|\bfees?\b|\btop ?ups?\b|\bwithdraw\w*|\bdeposits?\b|\bconversions?\b|\breserves?\b"
    r"|auszahlung|gebuhr|\bvirements?\b|\bfrais\b|\bretiros?\b|\bcomision(es)?\b|提现|手续费|转账|充值"
)
PAID_FEE = re.compile(  # what customers pay for what they come to or belong to, of which no payment service is paid
    r"(event|entry|entrance|admission|course|class|tuition|school|lessons?|workshop|training|conference|camp|exam|member(ship)?|annual|enrol?ment|participation|green|club|league|programme?|parking|rental|hire|cleaning|kurs|schul|teilnahme|eintritts|mitglieds) ?(fees?|gebuhr(en)?)"
)
GUEST = re.compile(
    r"0|-1|guests?( \w+)?|gast|gaste|anonym\w*|anonymous|walk ?in( customer)?|cash customer|laufkunde|barverkauf|unknown|unbekannt"
    r"|invite|client anonyme|inconnu|invitado|anonimo|desconocido|consumidor final|publico (en )?general|venta(s)? al publico( en general)?|klient detaliczny|perakende musteri|游客|访客|匿名|散客|未注册|非会员|过客"
)
REASON = re.compile(  # what a column of reasons is called
    r".*\b(reason|grund|motif|motivo|reden|raison)\b.*|.*(原因|理由|사유).*"
)
OF_MANY = re.compile(  # may be one account for everybody who comes in
    r"(clients? |clientes? |clienti )?(de )?(passage|comptoir|mostrador|banco|balcao)|(clients?|clientes|clienti|kunden|klienci) (divers|diversi|varios|vari)|(diverse|div) (kunden|debitoren|klanten)|laufkundschaft|thekenverkauf"
    r"|cash( (sales?|account|customers?))?|counter( (sales?|account|customers?))?|walk ?ins?|over the counter|(various|sundry|misc\w*) (customers?|debtors?)|passanten|balieverkoop|toonbank|店頭|現金客|门市|零售客户"
)
CODES = frozenset(  # ISO 4217, in use
    re.findall(
        r"\w+",
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
        "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT "
        "LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR "
        "NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
        "STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF "
        "XPF YER ZAR ZMW ZWL",
    )
)
USUAL_CODES = frozenset(  # those that are no word of a language, however they are written
    re.findall(
        r"\w+",
        "usd eur gbp jpy cny chf cad aud nzd inr brl mxn zar pln sek nok dkk czk huf ron sgd hkd krw thb twd aed sar ils idr myr vnd",
    )
)
CURRENCY_WORDS = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "dollar": "USD", "us dollar": "USD", "£": "GBP",
    "pound": "GBP", "rmb": "CNY", "人民币": "CNY", "元": "CNY", "cn¥": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY",
    "港币": "HKD", "英镑": "GBP", "yen": "JPY", "円": "JPY", "₹": "INR", "franken": "CHF", "fr": "CHF", "sfr": "CHF",
    "r$": "BRL", "₽": "RUB", "₩": "KRW", "zł": "PLN", "kč": "CZK", "₺": "TRY", "hk$": "HKD", "a$": "AUD", "c$": "CAD",
    "ca$": "CAD", "tl": "TRY", "원": "KRW",
}  # fmt: skip


class Outcome(Enum):
    """What became of an order, by its status."""

    SALE = "a sale"
    CANCELLED = "no sale"
    UNPAID = "not paid"
    REFUNDED = "refunded in full"
    PARTLY = "refunded in part"
    UNKNOWN = "not known"


@cache
def simple(text: str) -> str:
    """Return a value in small letters without accents and with blanks between its words: "cancelled" of "wc-cancelled"."""
    if (english := in_english(text)) is not None:
        return english
    plain = re.sub(r"([a-z])([A-Z])", r"\1 \2", without_accents(text)).lower()
    return " ".join(re.sub(r"[_\-./|]+", " ", plain).split()).removeprefix("wc ")


def outcome(value: str) -> Outcome:
    """Say what a status means: the telling word may stand anywhere in it."""
    plain = simple(value)
    is_negated = NEGATED.search(plain) is not None
    is_back, is_off = BACK.search(plain) is not None, CANCELLED.search(plain) is not None
    is_kept = NEGATED.search(UNPAID.sub(" ", plain)) is not None  # "not cancelled", and not "not paid, cancelled"
    cases = (
        (STOPPED.search(plain) is not None, Outcome.SALE),
        (UNDER_WAY.search(plain) is not None and not NOTHING_BACK.search(plain), Outcome.PARTLY),
        (CANCELLED_BY_A_NO.search(plain) is not None, Outcome.CANCELLED),
        ((is_back or is_off) and is_kept, Outcome.SALE),
        (is_back and PARTLY.search(plain) is not None, Outcome.PARTLY),
        (is_back, Outcome.REFUNDED),
        (is_off, Outcome.CANCELLED),
        (UNPAID.search(plain) is not None, Outcome.UNPAID),
        (SALE.search(plain) is not None and not is_negated, Outcome.SALE),
    )
    return next((what for holds, what in cases if holds), Outcome.UNKNOWN)


def is_draft(value: str) -> bool:
    """Say whether a status is that of a document that is not final."""
    return DRAFT.fullmatch(simple(value)) is not None


def came_back(value: str) -> bool:
    """Say whether a kind of row is a return, a refund or a chargeback."""
    plain = simple(value)
    is_other = NEGATED.search(plain) or STOPPED.search(plain) or FEE_OF_BACK.search(plain)
    return BACK.search(plain) is not None and not is_other


def names_credit_notes(name: str) -> bool:
    """Say whether the name of a file, a sheet or a number is one of credit notes."""
    return CREDIT_NOTE.fullmatch(plain_words(name)) is not None


def brings_no_money(value: str) -> bool:
    """Say whether a kind of row is no business with a customer: payouts, fees, transfers."""
    plain = simple(value)
    if PAID_FEE.fullmatch(plain):
        return False
    return FEE_OF_BACK.search(plain) is not None or (NO_MONEY.search(plain) is not None and not came_back(value))


def is_guest(value: str) -> bool:
    """Say whether a customer's id stands for nobody in particular."""
    return GUEST.fullmatch(simple(value)) is not None


def is_of_many(value: str) -> bool:
    """Say whether a customer may be one account for everybody who comes in, such as Cash sales."""
    return OF_MANY.fullmatch(simple(value)) is not None


def currency(value: str) -> str | None:
    """Return the code of a currency's code, sign or name; None where it is none."""
    plain = value.strip()
    if len(plain) == 3 and plain.upper() in CODES:
        return plain.upper()
    if code := re.fullmatch(
        r"(?:[^\w\s.,()+'-]|[A-Z]{1,2}\$) ([A-Z]{3})", plain
    ):  # a sign and a code of one amount: $ USD
        return code[1] if code[1] in CODES else None
    return CURRENCY_WORDS.get(plain.lower())


def is_plainly_a_currency(value: str) -> bool:
    """Say whether a value is a usual code, a sign or the name of a currency: AFN and FR may be anything."""
    is_code = len(value) == 3 and value.isalpha()
    return currency(value) is not None and (not is_code or value.lower() in USUAL_CODES)


def currency_of_name(name: str) -> str | None:
    """Return the currency that the name of a column ends with, or has in capital letters or as a sign; None without one."""
    every: list[str] = re.findall(r"[^\W\d_]+\$?|[$€£¥₹]", name)
    if every and every[-1].lower() in USUAL_CODES:
        return every[-1].upper()
    tokens = re.findall(r"[A-Za-z]{3}|[$€£¥₹]|元|人民币|円", name)
    return next(
        (code for t in tokens if (t.isupper() or not t.isalpha() or t > "\x7f") and (code := currency(t))), None
    )


def in_other_currencies(one: str, other: str) -> bool:
    """Say whether the names of two columns tell different currencies."""
    codes = [currency_of_name(name) for name in (one, other)]
    return None not in codes and codes[0] != codes[1]
