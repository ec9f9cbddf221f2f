"""Rows and customers that are no business with anybody outside: sister companies, staff, vouchers sold, deposits, advances."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re
from collections.abc import Collection, Mapping

from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import FALSE, TRUE

OWN = re.compile(
    r"inter ?company|inter ?co(mp)?|\bic\b|(internal|intern[aeo]?s?|interner?|intra ?group)( (customers?|accounts?|orders?|sales?|use|kunden?|bestellung|auftrag|client\w*|cliente|klant|klient))?|affiliat\w*( compan(y|ies))?"
    r"|sister compan(y|ies)|subsidiar(y|ies)|related part(y|ies)|group compan(y|ies)|konzern\w*|verbundene? unternehmen|verbunden|schwester(firma|gesellschaft)|tochter(firma|gesellschaft)|eigen(bedarf|verbrauch)"
    r"|intra ?(groupe|gruppo|grupo)|infra ?gruppo|filiales?|societes? liees?|vinculadas?|empresas? del grupo|spolki? powiazan\w*|wewnetrzn\w*|zusterbedrijf"
    r"|staff|employees?|mitarbeiter\w*|personal(kauf|verkauf)|collaborateurs?|personeel|medewerkers?|empleados?|dipendent[ei]|pracowni\w*|funcionarios?|(for |our )?own (use|consumption|account|company)|house account|eigen(er|e)? (bedarf|verbrauch|entnahmen?|nutzung|gebruik|verbruik)|(privat|eigen|waren)entnahmen?|eigen(gebruik|verbruik)"
    r"|egn?[ae]?t? (uttag|bruk|forbrug)|egenforbrug|privatuttag|eget uttag|oma kaytto|(usage|utilisation|consommation) (interne|propre|personnelle)|autoconsommation|autoconsumo|(uso|consumo) (interno|propio|proprio)|zuzycie wlasne|vlastni (potreba|spotreba)"
    r"|内部\w*|关联(公司|方|交易)|集团内\w*|员工\w*|自用|社内\w*|グループ(会社|内)|関連会社|従業員\w*|社販|自家消費"
)
TESTS = re.compile(
    r"tests?( (account|customer|user|order|company))?|testkunde|dummy( \w+)?|demo( (account|customer|user))?|sandbox|cuenta de prueba|compte (de )?test|konto testowe|测试\w*|テスト\w*"
)
VOUCHERS = re.compile(
    r".*\b(gift ?(cards?|vouchers?|certificates?)|store credit|geschenk(karte|gutschein|bon)\w*|(wert|einkaufs)?gutschein(e|karte|verkauf)?|cartes? cadeaux?|cheques? cadeaux?|bons? cadeaux?|tarjetas? (de )?regalo|vales? (de )?regalo"
    r"|carta regalo|buon[oi] regalo|gift ?card|cadeau(bon|kaart)\w*|(karta|bon) (podarunkow\w*|upominkow\w*)|cart(ao|oes) presente|vales? presente|top ?up|account (payment|credit|deposit|funds)|(funds|credit) to account|wallet (load|recharge)|prepaid (card|credit|voucher)s?)\b.*"
    r"|.*(礼品卡|购物卡|储值卡?|充值|ギフト(券|カード)|商品券|プリペイド|チャージ).*"
)
DEPOSITS = re.compile(
    r".*\b(pfand|leergut|\w*pfand|mehrwegpfand|statiegeld|emballage|leeggoed|consigne\w*|deconsigne|kaucja|obal[uy]?|vratn\w+ (obal|zaloh)\w*|vasilhames?|vuoti|deposito envases|envases retornables|(bottle|keg|crate|container|pallet|security|refundable) deposits?|deposit (bottle|crate|keg|return)|kaution|cauzione|fianza|waarborg\w*|borg(som)?)\b.*"
    r"|.*(押金|空瓶|保証金|デポジット|敷金).*"
)
ADVANCES = re.compile(
    r".*\b((an|voraus|abschlags)zahlung\w*|down ?payments?|advance payments?|prepayments?|part payments? in advance|acomptes?|anticip[oi]|pagos? anticipados?|aanbetaling\w*|voorschot\w*|zaliczk\w*|adiantamentos?|sinal)\b.*"
    r"|.*(预付款?|定金|订金|前受金|前払い?金?|手付金|内金).*"
)
SUPPLIERS = re.compile(
    r"(accounts? |trade )?payables?( (ledger|invoices?))?|suppliers?|vendors?|creditors?|kreditor(en)?|lieferant(en)?|fournisseurs?|proveedor(es)?|fornitor[ei]|leveranciers?|dostawc[ay]|fornecedor(es)?"
    r"|(supplier|vendor)s? (invoices?|bills?|credit( notes?)?)|eingangsrechnung(en)?|factures? (de )?fournisseurs?|facturas? de proveedor(es)?|fattur[ae] (passiv[ae]|fornitori?)|purchase invoices?|inkoopfactu(ur|ren)"
    r"|应付(账款)?|供应商|采购发票|仕入先?|買掛金?"
)
WAGES = re.compile(
    r"payroll( payments?| receipts?)?|wages?|salar(y|ies)( payments?)?|(lohn|gehalt)s?(zahlung|abrechnung)?|lohne|gehalter|(bulletins? de )?paie|salaires?|(pagos? de )?(nominas?|sueldos?|salarios?)|recibos? de nomina"
    r"|stipend[io]|bust[ae] paga|folha de pagamento|salarissen|loonbetaling\w*|wynagrodzeni[ae]|wyplaty|mzdy|lonn|lon|loner|工资(发放)?|薪资|薪酬|給与|給料|賞与"
)
MEANS_OF_PAYMENT = re.compile(
    r".*\b(pay\w*|tender\w*|settle\w*|zahl\w*|paiement|reglement|pago|pagamento|betaal\w*|platnosc\w*|platb[ay]|odeme)\b.*|.*(支付|付款|支払|決済|结算).*"
)
PAID_BEFORE = re.compile(
    r".*\b(pkg|package|prepaid|pre paid|bundle|session|course|membership|entitlement|redemption|redeemed|abo|abonnement|subscription|(zehner|10er|mehrfach)karte|forfait|carnet|bono|pacchetto|abbonamento|paquete|pacote|rittenkaart|strippenkaart|karnet|tegoed|guthaben|lesson credits?|credit balance)s?\b.*"
    r"|.*(套餐|次卡|疗程|划卡|卡扣|回数券|コース消化|プリペイド).*"
)
GIVEN = re.compile(  # as what is billed says of it
    r"(under |on |op |auf |in |sous )?(garantie\w*|gewahrleistung|warranty|guarantee|garantia|garanzia|gwarancj\w+|zaruka|zaruk\w+|garanti|takuu|kulanz|coulance|goodwill|geste commercial|courtesy|complimentary|free of charge|no charge|foc)( .*)?"
    r"|gratis|kostenlos|unentgeltlich|gratuit|gratuito|bezplatn\w+|zdarma|无偿|免费|保修|無償|無料|保証"
)
COMPED = re.compile(  # as a way to pay
    r"comp(ed|s|limentary)?|complimentary|free( of charge)?|no charge|on the house|gratis|kostenlos|offert|gratuito|omaggio|cortesia|免费|赠送|無料"
)
BILLED_HOW = re.compile(
    r".*\b(bill\w*|invoic\w*|charg\w*|afreken\w*|abrechn\w*|verrechn\w*|berechn\w*|fakt\w*|fact\w*|fatt\w*|fatur\w*|settlement|rozlicz\w*|uctovan\w*|debiter\w*|coverage|warranty)\b.*|.*(结算|计费|请求|請求|保修).*"
)
DONATIONS = re.compile(
    r"donations?|charitable gifts?|spenden?|dons?|donaciones?|donacion|donativos?|donazion[ei]|doac(ao|oes)|donaties?|darowizn[ay]|dary?|gavor?|bagis|捐款|捐赠|寄付(金)?|募金"
)
IN_KIND = re.compile(  # worth estimated, no money came
    r"(gifts?|donations?|contributions?|support|income) in kind|in kind( (gifts?|donations?|contributions?|support|income))?|(non ?cash|donated) (gifts?|goods|items|services)"
    r"|sachspenden?|naturalspenden?|dons? en nature|donaciones? en especie|donazion[ei] in natura|donatie in natura|doacoes em especie|darowizn[ay] rzeczow[ae]|gaver i naturalier|实物捐赠|物资捐赠|現物寄付"
)
RECLAIMED = re.compile(  # of the tax office, on what others gave
    r"(gift aid|tax)( \w+)? ?(re)?claim(s|ed|able)?|gift aid( (receipts?|income|payment|from hmrc))?|hmrc( gift aid)?( (re)?claim)?|tax (effective giving|rebate on donations)"
)
OWN_FLAG = re.compile(  # of a file of customers
    r".*\b(internal|intern[aeo]?|inter ?company|own (account|company|customer|use)|staff|employees?|mitarbeiter|personal|tests?|test (account|customer|user)|demo|dummy|sandbox|house account|related party|affiliated?)\b.*|.*(内部|员工|测试|社内|従業員|テスト).*"
)
OF_KINDS = re.compile(
    r".*\b(categor\w*|kategorie\w*|types?|typ|class\w*|klasse\w*|kinds?|art|groups?|gruppe\w*|gruppo|groupe|grupo|segment\w*|tip[oy]|status)\b.*|.*(类别|类型|分类|種別|区分|分類)"
)
OWN_CODE = re.compile(r"int|ic|ico|own|eig|tst|test|emp|stf|mit|pers|dip|emple?")
SIDES = {"ar", "ap"}  # receivable and payable, where a column tells both
KINDS = {
    "vouchers sold, which are no revenue until somebody buys with them": VOUCHERS,
    "deposits, which go back": DEPOSITS,
    "payments in advance, which the final invoice counts again": ADVANCES,
    "what suppliers bill you, which are costs": SUPPLIERS,
    "wages, which are costs": WAGES,
    "gifts in kind, whose worth is estimated and brings no money": IN_KIND,
    "tax reclaimed on gifts, which the tax office pays and no customer": RECLAIMED,
}
GIFTS = "donations, which are no sales"
HALF = 0.5
PAYS = re.compile(
    r".*\b(pay\w*|tender\w*|zahl\w*|paiement|reglement|pago|pagamento|betaal\w*|platnosc\w*|forma|mode|method|means|coupon|promo\w*|discount|rabatt|remark\w*|notes?|comment\w*)\b.*|.*(支付|付款|支払|決済|备注|備考).*"
)


def is_most(what: str, values: Collection[str], counts: Mapping[str, int]) -> bool:
    """Say whether values are donations in most rows: whoever lives on them counts them."""
    return what == GIFTS and sum(counts[value] for value in values) > HALF * sum(counts.values())


def own_values(values: Collection[str], *, blanks: bool = False) -> list[str]:
    """Return values that name what belongs to the company itself, or tests, of a column that tells others too.

    With `blanks`, its blank rows are others.
    """
    result = sorted(v for v in values if OWN.fullmatch(words.simple(v)) or TESTS.fullmatch(words.simple(v)))
    return result if blanks or len(result) < len(values) else []


def own_customers(column_words: str, values: Collection[str]) -> list[str]:
    """Return values of a file of customers that name the company's own, its people or tests: by words, codes or flags.

    Examples
    --------
    >>> own_customers("category", ["RES", "PRO", "INT"]), own_customers("is internal account", ["false", "true"])
    (['INT'], ['true'])
    """
    simple = {value: words.simple(value) for value in values}
    if set(simple.values()) <= {v.lower() for v in TRUE | FALSE}:
        is_named = OWN_FLAG.fullmatch(column_words) is not None and len(simple) > 1
        return sorted(v for v, text in simple.items() if is_named and text in TRUE)
    short = [v for v, text in simple.items() if OWN_CODE.fullmatch(text)] if OF_KINDS.fullmatch(column_words) else []
    return sorted({*own_values(values), *(short if len(short) < len(simple) else [])})


def kinds(column_words: str, values: Collection[str]) -> dict[str, list[str]]:
    """Return values that name what is no revenue, by what they are; of means of payment, what was paid before."""
    if PAYS.fullmatch(column_words) or MEANS_OF_PAYMENT.fullmatch(column_words):
        before = sorted(v for v in values if PAID_BEFORE.fullmatch(words.simple(v)))
        free = sorted(v for v in values if COMPED.fullmatch(words.simple(v)))
        of_means = {
            "what was paid before, as sessions of a package that was sold already": before,
            "what costs the customer nothing": free,
        }
        is_of_means = MEANS_OF_PAYMENT.fullmatch(column_words) is not None
        return {what: few for what, few in of_means.items() if is_of_means and 0 < len(few) < len(values)}
    simple = {value: words.simple(value) for value in values}
    result = {
        what: sorted(v for v, text in simple.items() if pattern.fullmatch(text)) for what, pattern in KINDS.items()
    }
    if BILLED_HOW.fullmatch(column_words):
        result["what costs the customer nothing"] = sorted(v for v, text in simple.items() if GIVEN.fullmatch(text))
    result[GIFTS] = sorted(v for v, text in simple.items() if DONATIONS.fullmatch(text))
    if set(simple.values()) == SIDES:
        result["what suppliers bill you, which are costs"] = [v for v, text in simple.items() if text == "ap"]
    return {what: few for what, few in result.items() if 0 < len(few) < len(values)}
