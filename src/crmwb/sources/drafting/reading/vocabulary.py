"""What columns are called, in English, German, French, Spanish, Italian, Dutch, Chinese and, in part, Japanese.

Other languages are in `further_languages`.

Patterns by canonical column, matched against the words of a name: the first says plainly what a column is, the second
could also mean something else.
"""
# ruff: noqa: E501 - a list of names is easier to read in one line

import re

from crmwb.sources.drafting.reading import further_languages as further
from crmwb.sources.drafting.reading.served import GIVEN, GUESTS, PAID_IN, SERVED

ID = r"( ?(id|no|nr|nro|num|number|nummer|code|cd|kod|kodu|key|ref|reference|identifier|numero|编号|编码|代码|号码|号|番号|コード))?"
PREFIX = r"((id|no|nr|n|num|numero|number|code|codice|codigo|cod|ref|reference|identifiant) ((de|du|del|der|of|d|do|da|dell) )?((la|le|l) )?)?"
NUMBERED = (
    rf".*{ID.removesuffix('?')}|{PREFIX.removesuffix('?')}.*|.*(nr|nro|nummer)"  # says that it is a number or a code
)
SERVED_ID = rf"(kunden|customer|loyalty|club)[ -]?(karte|card){ID}|({GUESTS}) (profile|account)|({SERVED}|{GUESTS})( (profile|account|card|record))?{ID.removesuffix('?')}|{PREFIX.removesuffix('?')}({SERVED}|{GUESTS}){ID}|学号|学籍番号"
CUSTOMER = rf"({SERVED_ID}|{PREFIX}(customer|cust|client|kunde|kunden|klant|cliente|buyer( user( ?name)?)?|shopper|member|household|debitor|debtor|konto|客户|顾客|会员|买家|用户|klient(a|en)?|medl(em(s)?)?|deb (?=nr|no|nummer)|cari( hesap)?|comp(te)? aux(iliaire)?|kontrahenta?|nabywc[ay]|odbiorc[ay]|zakaznik[a]?|odberatel[e]?|kund|musteri|asiakas(nro)?|historia( clinica)?|debiteur(en)?|afnemer|constituent|donor|subscriber|abonado|policy ?holder|kd|auftraggeb(er)?|besteller|booked by|purchased by|ordered by|comprador|acheteur|kaufer|acquirente|买家会员|会员名|买家昵称|顧客|会員|購入者|注文者|得意先|取引先|destinatario|tomador|购货单位|购货方|收货方){ID}(名)?|(sell|sold|bill|billed|invoiced?) to (customer|party|client|account|partner){ID}|((cnpj|cpf|nif|cif|rut|rfc|vat( (id|no|number))?|ust id|tva|gstin|gst|uin|tax id) )+(of |do |da |del? |des )?(customer|client|cliente|buyer|recipient|receiver|receptor|party|dest|destinatario|tomador|kunde|acheteur|comprador))"
PERSON = rf"({SERVED}|(klant(en)?kaart|kunden(karte|konto)|customer account|compte client|cuenta (de )?cliente|conto cliente|tarjeta (de )?cliente|account|a c|party|user|person|company|org|organi[sz]ation|firma|ragione sociale|raison sociale|razon social|contact|card|用户|公司|账户|会员卡){ID})"
RECEIPT = rf"(gift|donation|contribution|visit|appointment|encounter|admission|stay|folio|res|reservation|enrol?lment|registration|charge|spenden?|buchungs?|faktura|fakt|kvitto|kvittering|fis|nf ?e|obj|quittungs?|recu|recibo|ricevuta|paragon|reserva|收据|收款单|缴费|捐赠|就诊|入住|預約|予約|領収書?){ID.removesuffix('?')}|{PREFIX.removesuffix('?')}(nf ?e|obj|recu|recibo|piece|ricevuta|reservation|reserva)|faktura|quittung"
ORDER = rf"({RECEIPT}|((sales |web )?order|booking|invoice|transaction) reference|{PREFIX}((sales |customer |web )?order|invoice|transaction|basket|receipt|purchase|booking|bestel|bestelling|bestell|bestellung|auftrag|auftrags|rechnung|rechnungs|beleg|bon|commande|facture|pedido|factura|ordine|tilaus|siparis|ordre|订单|交易|发票|销售单|小票|单据|流水|注文|受注|伝票|請求書){ID})"
DATE = r"(date|datum|dato|tarihi?|dt|pvm|day|time|timestamp|ts|at|on|tag|fecha|data|datetime|日期|时间|日時|日付|日)"
PRODUCT = rf"{PREFIX}(line ?item |lineitem )?(product|prod|stok|vare|varu|urun|item|sku|stock|article|artikel|produkt|produit|producto|articulo|articolo|prodotto|produto|artigo|material|ean|isbn|upc|商品|产品|货品|物料|品番){ID}"
GROUPS = r"line|series|department|category|group|family|range|gruppe|kategorie|linie|serie|sparte|categorie|groupe|famille|gamme|rayon|categoria|familia|linea|grupo|gama|famiglia|gruppo|reparto|groep|categorie|linha"
QUANTITY = r"(实发|实出|应发|发货|销售|出库|订购|订货|购买|下单|开票)数量|quantity|qty|q ta|qta|units|menge|anzahl|quantite|qte|cantidad|quantita|quantidade|aantal|antal|antall|miktar|mik|adet|qtde?|mnozstvi|ilosc|数量|件数|购买数量|商品数量|购买件数|宝贝总数量|商品件数|個数"
COUNTED = r"doz|dozens?|dz|dtzd|dutzend|douzaines?|docenas?|dozzine|duzias|tuzin\w*|ve|packs?|cases?|cartons?|kartons?|box(es)?|kisten|pallets?|paletten|colis|cajas?|colli|箱|ケース|打|ダース"
A_PRICE = r"price|preis|prix|precio|prezzo|preco|cena|prijs|pris|\w+preis|\w+prijs|单价|単価|价格|価格"
MEASURE = r"k?g|l|ltr|liter|litre|m|m2|m3|t|h|std|kwh|lb|stk|stuck|pc|piece|unit"
NO_SUM = r"成本|进价|采购|利润|毛利|退款|退货|优惠|折扣|税额|运费|佣金|手续费|未付|欠款|定金|押金|余额|预算|目标"
NO_UNIT_PRICE = r"total|totale|gesamt\w*|line|order|sum|summe|amount|extended|ext|cost|purchase|einkaufs?\w*|einstands?\w*|achat|compra|acquisto|inkoop|zakupu|list|listen\w*|listino|tarif|uvp|rrp|msrp|before|compare|old|was|original|budget|target|discount\w*|rabatt\w*|basis|einheit|for|to pay|payable"

Patterns = tuple[str, str]

TRANSACTIONS: dict[str, Patterns] = {
    "customer_id": (CUSTOMER, PERSON),
    "order_id": (
        ORDER,
        rf"({PREFIX}doc(umento)?|sale|ticket|document|voucher|opportunity|deal|nr|no|id|number|numero?|nummer|cislo|szam|stevilka|nota( fiscal)?|nfe?|doc){ID}",
    ),
    "ordered_at": (
        rf"((order )?(order|ordered|invoice|transaction|purchase|purchased|sale|sold|booking|bestel|bestell|kauf|auftrags|rechnungs|beleg|订单|下单|购买|交易|销售|成交|创建|注文|受注|購入|売上)( ?{DATE})|(order )?created?( ?{DATE})?|(date|time) (add(ed)?|created|ordered|placed|of (order|purchase|sale))|creation date|date (of )?(issue|issued|invoice|invoiced)|issued?( {DATE})|date (d )?emission|fecha de emision|data (di )?emissione|dt emissao|data de emissao|ausstellungsdatum|ausgestellt am|data wystawienia|开票日期|placed (at|on)|erstellt( am)?|bestellt am|(date|fecha|data)( de| d| do| di| dell)?( la| l)? ?(commande|achat|facture|vente|creation|pedido|compra|venta|factura|creacion|ordine|acquisto|vendita)|commande le)( (utc|gmt|local|date|time))?",
        rf"(?!.*(paid|ship|deliver|cancel|updat|modif|due|refund|fulfil|expir|birth|closed|void|发货|退款|取消|更新|截止|到期|收货))({DATE}|created|close {DATE}|.*\b{DATE}|.*(日期|时间))|(date )?paid( (at|on|date))?|付款(时间|日期)|支付时间|close date",
    ),
    "product_id": (
        PRODUCT,
        rf"(product|item|article|artikel|produkt)( name)?|goods|ware|service( name)?|treatment|procedure|leistung(sart)?|behandlung(sart)?|prestation|acte|(服务|治疗)?项目|(商品|产品)名称|{PREFIX}(reference|referencia|riferimento|referenz|artikelnr)",
    ),
    "quantity": (
        rf"(line ?item |lineitem )quantity|((order |sales |billed |invoiced |fakt |faktura |faktur |rechnungs ?|verkaufs ?)?({QUANTITY})|stuck|stueck|pieces|uds|unidades|pcs|number of items|num items|items|(product|item|article) quantity|({QUANTITY}) (of |del? |du |des |do |dell? ?|di )?(the )?(products?|items?|productos?|produits?|articulos?|articles?|prodott[oi]|produtos?|artigos?)|销量|点数)( sold| ordered| purchased)?( (in )?({COUNTED}))?",
        rf"({QUANTITY}) (shipped|delivered|invoiced|billed|fulfilled)|number of [a-z]+|count|n [a-z]{{3,}}|volume",
    ),
    "revenue_cents": (
        rf"(sales|revenue|amount|doc total|document (amount|total)|turnover|umsatz( ohne soll haben( kz| kennzeichen)?)?|betrag|line total|net amount|total amount|total price|total|gesamt|gesamtpreis|montant|importe|bedrag|belopp|belob|(net )?tutar|金额|总金额|销售额|订单金额|实付金额|实付款|实收金额|支付金额|付款金额|买家实付|应付金额|总价|成交金额|prix total|total ttc|importe total|bruttobetrag|gesamtbetrag)( (amount|value|eur|usd|gbp|cny|chf|jpy|net|netto|brutto|gross|total|ttc|sales|元|人民币|paid|price))*|order (total|value|amount)( (eur|usd|gbp))?|(total|amount|sales|value|betrag|summe|umsatz|importe|importo|montant)( price| amount| paid)? ((incl|inclusive|including|inc|inkl)( of)? (tax|taxes|vat|gst|mwst|ust|iva|tva)|(tax|vat|gst) (incl|included|inclusive))|(item|items|goods|merchandise) (total|amount|value)|金額|合計(金額)?|小計|売上(金額|高)?|税抜金額|(line|row|line ?item|lineitem) (amount|value|total)|gross( amount)?|totaalbedrag|importo( totale)?|valor do pedido|amount paid|paid amount|{PAID_IN}|(total|importe) pedido|total commande|valor total|(?!.*({NO_SUM})).*(实付|金额|总价|价税合计)(元|人民币)?",
        rf"(net |netto|dollar |order |sales |close |invoice |gross |basket )?(value|amount|spend|spent|price|preis|brutto|netto|summe)( (eur|usd))?|{GIVEN}",
    ),
    "unit_price": (
        r"(line ?item|lineitem|product|artikel)( )?(price|preis)|(商品|销售|成交)?单价|単価|(販売)?価格|prix unitaire|precio unitario|sold for|prezzo unitario|preco unitario|prijs per stuk|(unit|item|piece|einzel|stuck)( )?(price|preis|cost)|(line ?item |lineitem )?unit (price|amount|value|rate)|price per unit|(price|preis|prix|precio|prezzo|preco) (of |del? |du |dell? ?|do |di )?(the )?(product|item|producto|produit|articulo|article|prodotto|produto|artigo)|list price|sales price|price|preis|prix|precio|单价|价格",
        rf"rate|(eur|euro|usd|gbp|chf) (je |pro |per )?({MEASURE})|(?!.*\b({NO_UNIT_PRICE})\b).*\b({A_PRICE}|unitari[ao]|unitaire|jednostkow\w+|each|(per|je|pro|par|por) (unit|piece|stuck|unite|unidad|unidade))\b.*",
    ),
    "discount_cents": (
        r"(discount|rabatt|rebate|remise|descuento|korting|优惠金额|折扣金额|优惠|折扣)( (amount|value|betrag))?",
        r"promo.*|markdown",
    ),
    "cost_cents": (
        r"(cost|costs|cogs|kosten|einstand|einkaufspreis|cost of goods|total cost|成本|成本金额)",
        r"purchase price",
    ),
    "profit": (r"(profit|gross profit|margin|gewinn|deckungsbeitrag|db|marge|利润|毛利)", r"contribution"),
    "channel": (
        r"((sales|order|purchase|verkaufs|vertriebs|bestell) ?)?(channel|kanal|canal|canale|kanaal)( (de|di|d|da) (vente|venta|vendita|vendas?|achat|compra))?|(销售|下单|订单|购买|购物|成交)?渠道|下单(平台|终端)|(販売|注文)?チャネル",
        r"platform|medium|order source|(订单)?来源",
    ),
    "store_id": (
        rf"{PREFIX}(store|shop|branch|filiale|outlet|location|tienda|sucursal|magasin|boutique|succursale|negozio|loja|winkel|vestiging|门店|店铺|分店|店舗){ID}",
        r"warehouse|site",
    ),
    "is_return": (
        r"(is )?(return|returned|refund|refunded|retoure|storno|cancelled|canceled|cancellation)|是否(退货|退款)|退货|退款",
        r"reversal",
    ),
}
for _name, _more in (
    ("customer_id", further.CUSTOMER), ("order_id", further.ORDER), ("ordered_at", further.ORDERED_AT), ("product_id", further.PRODUCT),
    ("quantity", further.QUANTITY), ("revenue_cents", further.AMOUNT), ("unit_price", further.PRICE),
):  # fmt: skip
    _plainly, _maybe = TRANSACTIONS[_name]
    TRANSACTIONS[_name] = (f"{_plainly}|{_more}", _maybe)
TRANSACTIONS["ordered_at"] = (
    TRANSACTIONS["ordered_at"][0],
    rf"{TRANSACTIONS['ordered_at'][1]}|(?!.*(paid|ship|deliver|cancel|due|birth|{further.NO_SALE_DAY}))({further.DAY_MAYBE})",
)
_plainly, _maybe = TRANSACTIONS["revenue_cents"]
TRANSACTIONS["revenue_cents"] = (
    _plainly,
    rf"{_maybe}|(?!.*\b({A_PRICE}|{further.PRICE}|{further.NO_AMOUNT})\b).+ {further.WITHOUT_TAX}",
)
IN_CENTS = r"( (cents?|ct|pence|minor units?|centimes|centavos))?"
for _name in ("revenue_cents", "unit_price", "discount_cents", "cost_cents"):
    _plainly, _maybe = TRANSACTIONS[_name]
    TRANSACTIONS[_name] = (f"({_plainly}){IN_CENTS}", f"({_maybe}){IN_CENTS}")
CUSTOMERS: dict[str, Patterns] = {
    "customer_id": (CUSTOMER, PERSON),
    "acquired_on": (r"(customer since|sign ?up|registered|registration|joined|acquired|(kunde|patient|mitglied) seit|first seen)( (date|on|at))?|(aufnahme|eintritts|anmelde)datum|(client|patient) depuis|注册(日期|时间)", r"since"),
    "acquisition_channel": (r"acquisition (channel|source)|lead source|herkunft|获客渠道|来源渠道", r"utm source|referrer"),
    "country": (r"((ship|bill|shipping|billing|customer|client) )?(country|land|pays|pais|nation|office location|国家)( (code|name))?", r"(ship |bill )?market"),
    "region": (r"(sales )?(region|bundesland|gebiet|provincia|地区|区域|省份|省|大区)", r"((ship|bill|shipping|billing|customer|client) )?(state|province|zone|territory|zip code|area)"),
    "city": (r"((ship|bill|shipping|billing|customer|client) )?(city|town|ort|stadt|ville|ciudad|stad|(所在)?城市)", r"place"),
    "industry": (r"(industry|sector|branche|vertical|行业|所属行业)", r"business"),
    "company_size": (r"company size|size band|grossenklasse|企业规模|公司规模", r"size class"),
    "age_band": (r"age (band|group|range|class)|altersgruppe|年龄段", r"age class"),
    "income_band": (r"income( (band|group|range|class))?", r"einkommen"),
    "gender": (r"(gender|sex|geschlecht|性别)", r"salutation"),
    "marital_status": (r"marital( status)?|familienstand|婚姻状况", r"relationship"),
    "household_size": (r"household size|haushaltsgrosse", r"persons"),
    "children": (r"(children|kids)( count)?|kinder", r"kids"),
    "owner": (r"(account|customer|client) (owner|manager|executive)|kundenbetreuer|betreuer|客户经理", r"owner|sales (rep|person|owner)|负责人"),
    "parent_id": (r"parent( (id|company|account|customer)( id)?)?|subsidiary of|konzern", r"group"),
    "referred_by": (r"referred by|referrer id|geworben von", r"referral"),
    "contactable": (r"(contactable|opt in|consent|marketing consent|newsletter|(recall|werbung|kontakt) erlaubt|einwilligung|是否可联系|(是否)?接[收受](营销|推广|短信|消息))", r"subscribed"),
    "credit_limit_cents": (r"credit limit|kreditlimit", r"limit"),
}  # fmt: skip
PRODUCTS: dict[str, Patterns] = {
    "product_id": (PRODUCT, r"(product|item|article|artikel|produkt)( name)?"),
    "name": (r"(product|item|article|artikel|produkt) ?(name|description|bezeichnung|text)|description|bezeichnung|(商品|产品)名称", r"name|title"),
    "line": (rf"(product |item |article )?(line|series|department|category)( name)?( english)?|(product|item|article|merchandise|material) ?(group|family|range)( name)?|(waren|produkt|artikel|haupt)[ -]?(gruppe|kategorie|linie|sparte)|kategorie|sparte|({GROUPS}) (de |du |d |des |di |do |da |dei )?(produits?|articles?|productos?|articulos?|prodott[io]|produtos?|artigos?|merceologic[oa])|categorie|categoria|famille|gamme|rayon|familia|linea|reparto|(product|artikel) ?(groep|categorie)|(商品|产品|一级)?(类别|品类|类目|分类)|大类|产品线|(商品)?カテゴリ[ー]?", r"group|family|gruppe|groupe|grupo|gruppo|groep"),
    "category": (r"(sub category|subcategory|product category|unterkategorie|子类别|小类|二级类目)", r"(product )?(type|class)"),
    "brand": (r"(brand|marke|manufacturer|hersteller|marque|marca|品牌)", r"vendor|supplier"),
    "unit_cost_cents": (r"(unit |standard |product |purchase )cost|cost price|(einkaufs|einstands|selbstkosten)preis|(stuck|herstell)kosten|prix (d achat|de revient)|cout (unitaire|de revient)|(precio de )?(coste|costo) unitario|precio de (coste|costo|compra)|(成本|采购|进货)单?价( 元)?|进价( 元)?|(单位|产品|标准)成本( 元)?", r"cost|成本( 元)?|coste|costo|cout"),
}  # fmt: skip
REFUNDED_ON: Patterns = (
    rf"(refund|refunded|return|returned|credit|erstattet|gutschrift|退款)( ?{DATE})",
    rf"{DATE}|created.*",
)
INVOICES: dict[str, Patterns] = {
    "invoice_id": (rf"(invoice|bill|rechnung|rechnungs|facture|factura|document|beleg){ID}", r"(nr|no|id|number|doc id)"),
    "customer_id": (CUSTOMER, PERSON),
    "issued_on": (rf"(invoice|issue|issued|document|posting|rechnungs|beleg)( )?{DATE}", rf"({DATE}|created.*|baseline.*)"),
    "due_on": (rf"(due|payment due|falligkeit|fallig|faelligkeit)( ?{DATE}| in date| am)?", r"deadline"),
    "paid_on": (rf"(paid|payment|settled|settle|clear|cleared|clearing|bezahlt|zahlungs)( ?{DATE}| am)", r"closed.*"),
    "amount_cents": (r"(invoice |total |open |document )?(amount|betrag|total|value|sum|montant|importe)( (usd|eur|due))?", r".*amount.*"),
    "paid_cents": (r"(paid|payment|received)( ?amount)|amount paid", r"received"),
    "disputed": (r"(is )?(disputed|dispute|contested|reklamiert)", r"claim"),
}  # fmt: skip
OPPORTUNITIES: dict[str, Patterns] = {
    "opportunity_id": (rf"(opportunity|deal|lead|offer|quote|angebot|verkaufschance){ID}|record id", r"(id|nr|no|number)"),
    "customer_id": (rf"(account|customer|client|company|organi[sz]ation|kunde){ID}( name)?|associated (contact|company)( record)? ids?", rf"(contact|firma){ID}"),
    "opened_on": (rf"(open|opened|engage|engaged|created?|creation|start)( ?{DATE})", rf"{DATE}"),
    "closed_on": (rf"(close|closed|closing|end|won|decision)( ?{DATE})", r"expected.*"),
    "stage": (r"(deal |sales |opportunity |lead )?(stage|phase)( name)?", r"(deal |opportunity |lead )?status"),
    "amount_cents": (r"(close |deal |opportunity |expected |sales )?(value|amount|revenue|wert|volume)", r"price|size"),
    "owner": (r"(sales |account |deal |opportunity )?(agent|owner|rep|representative|manager|seller|besitzer|vertriebler)( (name|id))?", r"user"),
    "product_id": (PRODUCT, r"(product|item)( name)?"),
}  # fmt: skip
TRIAL: dict[str, Patterns] = {
    "arm": (r"(segment|arm|group|test group|variant|treatment|cell|campaign group|experiment group)", r"version"),
    "customer_id": (CUSTOMER, PERSON),
    "outcome_cents": (r"(spend|spent|revenue|outcome|sales|amount|umsatz)", r"value"),
    "region": CUSTOMERS["region"],
    "country": CUSTOMERS["country"],
}
for _table in (CUSTOMERS, INVOICES, TRIAL):
    _table["customer_id"] = (TRANSACTIONS["customer_id"][0], _table["customer_id"][1])
for _name, _more in (("region", further.REGION), ("city", further.CITY)):
    CUSTOMERS[_name] = (f"{CUSTOMERS[_name][0]}|{_more}", CUSTOMERS[_name][1])
PRODUCTS["product_id"] = (TRANSACTIONS["product_id"][0], PRODUCTS["product_id"][1])
DUE = (f"{INVOICES['due_on'][0]}|{further.DUE}", INVOICES["due_on"][1])  # in more languages
OF_A_PERSON = re.compile(
    r"\b(first|last|given|family) ?name\b|surname|vorname|nachname|prenom|apellido|cognome|voornaam"
)
NAMES_OF_PEOPLE = re.compile(
    r"(?!(stage|product|item|article|artikel|produkt|category|plan|channel|segment|brand|store|shop|region|country|city)\b).*\b(name|vorname|nachname|mail|email|e mail|phone|telefon|mobile|street|strasse|address|birth.*)\b.*|.*(姓名|名字|联系人|手机|电话|邮箱|地址|身份证|生日).*"
    rf"|{further.CONTACT}"
)

AN_AMOUNT = re.compile(r"(?:(?:order|cart|basket|document) )?(.+) (?:amount|value)")  # of what stands before


def matches(words: str, patterns: Patterns) -> int:
    """Return 2 where a name says plainly what a column is, 1 where it might, 0 where it does not.

    Examples
    --------
    >>> from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
    >>> [matches(name, TRANSACTIONS["revenue_cents"]) for name in ("order total", "order total amount", "note")]
    [2, 2, 0]
    """
    amount = AN_AMOUNT.fullmatch(words)
    for strength, pattern in zip((2, 1), patterns, strict=True):
        if re.fullmatch(pattern, words) or (amount is not None and re.fullmatch(pattern, amount[1])):
            return strength
    return 0
