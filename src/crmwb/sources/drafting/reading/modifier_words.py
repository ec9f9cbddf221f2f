"""What columns are called that change what an amount or a row means; none is the amount, the customer or the order.

Patterns as in `vocabulary`.
"""
# ruff: noqa: E501 - a list of names is easier to read in one line

from crmwb.sources.drafting.reading import further_languages as further
from crmwb.sources.drafting.reading.vocabulary import DATE, ID, ORDER, Patterns

OFF = r"discount|desconto|descuento|dto|remise|sconto|rabatt?|nachlass|korting|sleva|zlava|znizka|kedvezmeny|reducere|alennus"
OF_A_LINE = r"(del? |do |di |de la |du |der |na )?(line|item|linea|ligne|riga|regel|zeilen?|positions?|pos|pozycj[ai]|polozk[ay]|rad|rivi|tetel)"

MODIFIERS: dict[str, Patterns] = {
    "converted_amount": (r"(converted|base|company|home|settlement) ?(currency )?(amount|grand total)|(amount|sub ?total|total|net|sales) (in|converted to) (company|base|home|local|account) currency|折算金额|本位币金额", r"amount converted"),
    "converted_refund": (r"(converted|base|home) (currency )?(total |amount )?refund(ed)?( amount)?|converted amount refunded", r"refunded converted"),
    "converted_currency": (r"(converted|base|company|home|settlement) currency( code)?|本位币", r"converted to"),
    "currency": (r"(order |transaction |presentment |payment |invoice |deal )?currency( (iso )?(code|id))?|(deal |transaction )?currency iso code|wahrung|waehrung|devise|monnaie|moneda|moeda|waluta|divisa|valuta|通貨|币种|货币|币别|交易币种", r"curr|cur|iso currency|ccy"),
    "refund": (r"(total |sum of )?(amount )?refund(ed|s)?( (amount|total|value|sum))?|(order |total )?(refund|refunded) (amount|total)|返金(額|金額)?|erstattet|(ruck)?erstattung(sbetrag|en)?|erstatteter betrag|(montant |total )?rembourse?(e|ment)?( total)?|(importe |monto |total )?(reembolsado|reembolso|devuelto)|(已|实际)?退(款|货)(金额|总额)|退款", r"returned (amount|value)|retour(en)?betrag|gutschrift(sbetrag)?|credit amount"),
    "shipping": (r"total expns|(total |order )?(shipping|freight|delivery|postage)( and handling)?( (amount|cost|costs|total|price|fee|charge|value|tax))?|versand(kosten)?|fracht(kosten)?|porto|(frais de )?(port|livraison|expedition)|(gastos de |coste de )?envio|((买家|顾客|客户|会员)?(应付|实付|支付|应收|实收))?(运费|邮费|配送费|快递费|物流费)|(うち|内)?送料|配送料|(valor (do )?)?frete", r"handling.*"),
    "tax": (r"(of which|thereof|davon|dont|di cui|included) (tax|taxes|vat|gst|mwst|ust|tva|iva)|(total |order |sales )?(tax|taxes|vat|gst|hst)( (amount|total|value|collected|sum))?|mwst( betrag)?|ust|umsatzsteuer|mehrwertsteuer|steuer(betrag)?|tva|taxe|impuestos?|iva|税|税额|税费|税金|消費税(額|合計)?|税額|(valor (do |dos )?)?(impostos?|icms|ipi|iss|tributos?)|(line ?item |item |line )(tax(es)?|vat|gst)( amount)?|(igst|cgst|sgst)( amount)?", r"duties|zoll|cess( amount)?"),
    "fee": (r"(payment |transaction |processing |platform |stripe |paypal )?(fees?|commission)( amount)?|gebuhr(en)?|provision|commission|comision|手续费|佣金|服务费", r"charges"),
    "row_type": (r"(transaction |record |row |order |document |entry |line |payment |event |gift |donation |sale |sales |posting |charge |invoice )?(type|kind)|(fk|faktura|spenden)(art|typ)|(beleg|vorgangs|buchungs|dokument|auftrags)(art|typ)|art|typ|type (de transaction|d operation|de ligne)|tipo( de (transaccion|operacion|pedido))?|(交易|单据|订单|记录|业务)?类型", r"reporting category"),
    "status": (r"(?!.*(payout|auszahlung|versement|uitbetaling)).*(status|zustand)|(.* )?(state|statut|etat|estado|stato( ordine)?|situacao)|(estado|etat|statut|stato|status|situacao) (del?|du|des?|dell?[aeo]?|do|da|of|der|van|d) .*|.*(状态|ステータス|状態|状況)", r"stage|result|ergebnis|outcome"),
    "test": (r"(is )?test( (flag|mode|order|transaction|payment))?|testmode|test mode|testbestellung|commande test|(pedido|es) (de )?prueba|(是否)?测试(订单|标记)?", r"sandbox|dummy"),
    "live": (r"live ?mode|is live", r"production"),
    "deleted": (r"(is )?(deleted|voided?|cancell?ed|annulled)|storniert|makulerad|annulleret|geannuleerd|geloscht|supprime|eliminado|已删除|是否删除", r"archived"),
    "captured": (r"captured|is captured|(is )?(posted|booked|completed?|finali[sz]ed)|gebucht|verbucht|bokford|bogfort|paid|is paid|bezahlt|eingezogen|是否付款", r"settled"),
    "ended_on": (rf"(cancell?ed|voided|void|cancellation|deleted|storniert|storno|annule|anulado|cancelado)( (at|on|date|am|datum|time|le|el|{DATE}))|fecha de cancelacion|date d annulation|stornodatum|(取消|作废|关闭|撤销)(时间|日期)", r"voided|cancelled am"),
    "side": (r"s h|soll haben|h s|haben soll|d c|c d|debit credit|credit debit|dr cr|cr dr|debe haber|(debit|credit) (debit|credit) (indicator|flag|code)|借贷(方向|标志)?|posting side|sens", r"d c indicator"),
    "parent_order": (rf"(parent|original|originating|source|initial) {ORDER}|parent order|ursprungs ?(auftrag|bestellung|beleg){ID}|original ?(auftrag|bestellung|beleg){ID}|bezugs ?(beleg|auftrag){ID}|(commande|facture) (d )?origine|pedido original|(原|关联|父)(订单|单|交易)(编号|号)?", r"refund(ed)? of|parent id|reverses"),
    "order_discount": (r"disc(ount)? sum|(order |cart |total |coupon |voucher )?(discount|coupon)( (amount|total|value))|total discounts?|gutschein(betrag|wert)?|(rabatt|nachlass)(betrag)?|remise totale|descuento total|优惠金额|折扣金额|店铺优惠|平台优惠|(valor (do )?)?desconto( total)?", r"promotion amount"),
    "line_discount": (rf"(line ?item|line|item) discount( amount)?|({OFF}) ({OF_A_LINE})|({OF_A_LINE}) ?({OFF})", r"item promo.*"),
    "paid": (r"实付(金额|款)|买家实付.*|实收(金额|款)|(total )?amount paid|paid amount|bezahlter betrag|montant paye|importe pagado", r"实际支付.*"),
    "net": (r"(order |line ?item |item |line |net )?sub ?total( (amount|price))?( (with|w|after|less) discounts?)?|net (total|sales|amount|revenue)|(total |amount |sales )?(net|excl (tax|vat)|ex (tax|vat))|netto(betrag|umsatz|summe|wert)?|(summe|betrag|umsatz) netto|\w*(betrag|umsatz|summe|wert) netto|montant (ht|hors taxes?)|total ht|(importe|total) (neto|sin iva)|base imponible|不含税金额|未税金额|净额|税抜(金額|価格)?|(line |row |total |order |sales |invoice |net )?(amount|total|sales|value|betrag|montant|importe)? ?(excl|excluding|exclusive|ex|exkl|ohne|without|before|hors|sin|senza)( of)? (tax|taxes|vat|gst|mwst|ust|iva|tva|btw)|(total |amount )?(paid |price |order |invoice )?(tax|vat|gst|mwst|ust|iva|tva|btw) (excl|excluded|exclusive)|(taxable|assessable) (value|amount)|valor (dos produtos|das mercadorias|liquido|tributavel)", r"net"),
}  # fmt: skip
for _role, _more in (("net", further.NET), ("tax", further.TAX), ("status", further.STATUS)):
    MODIFIERS[_role] = (f"{MODIFIERS[_role][0]}|{_more}", MODIFIERS[_role][1])
