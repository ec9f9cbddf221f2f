"""What files and columns of campaigns, their members and other contacts are called, in seven languages.

Patterns as in `reading.vocabulary`; those of whole files and of kinds of contacts are searched for, not matched.
"""
# ruff: noqa: E501 - a list of names is easier to read in one line

import re

from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import DATE, ID, NUMBERED, PREFIX, Patterns

PLAINLY = 2  # how well a name must match
IN_YUAN = r"( ?(元|人民币))?"
OF_CAMPAIGN = r"(marketing )?(campaigns?|mailings?|promotions?|kampagnen?|(werbe|verkaufs|marketing)?aktione?n?|campagnes?|campanas?|campagna|(营销|市场|推广|促销)?活动|推广|促销|キャンペーン)"
CAMPAIGN = rf"{PREFIX}{OF_CAMPAIGN}{ID}"
CAMPAIGN_NAME = (
    rf"({OF_CAMPAIGN} ?(name|title|titel|bezeichnung|名称|主题|标题)|(nom|nombre|titre) (de )?(la )?(campagne|campana))"
)
DAY = rf"({DATE}|(date|fecha|data|jour|dia)( (de|d|du|del|di|da))?( (la|l|el))?)"

CAMPAIGNS: dict[str, Patterns] = {
    "campaign_id": (rf"{PREFIX}{OF_CAMPAIGN}{ID.removesuffix('?')}|{PREFIX.removesuffix('?')}{OF_CAMPAIGN}", rf"{OF_CAMPAIGN}|id|code|nr|no|编号|编码"),
    "name": (CAMPAIGN_NAME, r"name|title|titel|bezeichnung|subject|betreff|名称|主题|nom|nombre"),
    "kind": (rf"({OF_CAMPAIGN} )?(type|kind|art|typ|channel|kanal|medium|format|objective|canal|tipo)|(活动)?(类型|形式|渠道|方式)", r"category|kategorie|objectif"),
    "starts_on": (rf"({OF_CAMPAIGN} ?)?(start|starts|started|begin|begins|beginn|launch|launched|sent|send|versand|开始|起始|开展|举办|上线|发送)( ?{DATE})?|date de (debut|lancement)|debut|fecha de (inicio|lanzamiento)|inicio", rf"{OF_CAMPAIGN} ?{DATE}|{DATE}|fecha|von|from|valid from|gultig ab"),
    "ends_on": (rf"({OF_CAMPAIGN} ?)?(end|ends|ended|finish|ende|结束|截止|终止)( ?{DATE})?|date de fin|fin|fecha de (fin|cierre)", r"bis|until|to|valid to|gultig bis"),
    "cost_cents": (rf"(((total|actual|real|media|{OF_CAMPAIGN}) ?)?(cost|costs|spend|spent|expenses?|kosten|ausgaben|aufwand|couts?|depenses?|costes?|costos?|gastos?|成本|花费|支出|费用)( (total|actual))?|(ist|gesamt|werbe)kosten|(实际|活动|总|推广|投入)(费用|成本|花费|支出|投入)|(cout|coste|costo) (total|reel|real)|actual (cost|spend)){IN_YUAN}", r"投入|investment|invest"),
}  # fmt: skip
BUDGET = re.compile(r".*\b(budget\w*|planned|plan|expected|presupuesto|geplant\w*)\b.*|.*(预算|计划|预计).*")

MEMBERS: dict[str, Patterns] = {
    "campaign_id": (CAMPAIGN, CAMPAIGN_NAME),
    "arm": (r"(test |campaign |experiment |treatment |control |target )?(arm|group|cell|variant|bucket)|treatment|split|((test|ziel|versuchs|experiment)?gruppe|variante|testzelle)|groupe( test)?|grupo( de (prueba|control))?|(实验|测试|对照)?(分组|组别|组)", r"segment|version|cohort|(is )?(control|treated|holdout|exposed)|kontrollgruppe|behandelt|是否(实验组|对照组)|对照组"),
    "contacted_at": (rf"((contact|contacted|sent|send|mailed|mailing|e ?mailed|called|reached|delivered|delivery|invited|invitation|exposed|exposure|kontakt|versand|versendet|verschickt|gesendet|kontaktiert|angeschrieben|einladungs?|eingeladen|触达|发送|联系|邀请|推送|投放|触及|拜访|短信)( ?{DATE}| am)?|{DAY} ?(envoi|contact|envio|contacto|invitation|invitacion)|envoye le|enviado( el)?)", rf"{DATE}|created( ?{DATE})?|added( ?{DATE})?|fecha|.*\b{DATE}|.*(日期|时间)"),
    "responded_at": (rf"(first )?(respond|responded|response|replied|reply|answered|answer|converted|conversion|reaktions?|reagiert|antwort|geantwortet|响应|回复|反馈|转化|参与)( ?{DATE}| am)|(date|fecha) (de )?(reponse|respuesta|conversion)|repondu le", rf"(clicked|click|attended)( ?{DATE})"),
    "outcome_cents": (rf"((outcome|conversion|converted|attributed|campaign|response)( (revenue|value|amount|sales))|(响应|转化|活动|成交)(金额|销售额)|(kampagnen|aktions)umsatz){IN_YUAN}", r"revenue|spend|spent|outcome|umsatz"),
}  # fmt: skip
ANSWERED = re.compile(
    r"(has |did |is )?(respon[ds]e?d?|responder|replied|answered|converted|conversion|reacted|reagiert|reaktion|antwort|geantwortet|teilgenommen|repondu|reponse|respondio|respuesta|respondido)"
    r"|(是否|有无)?(响应|回复|反馈|参与|参加|转化|成交)(状态|情况)?|((campaign )?member |response |reaktions|antwort|participation )?(status|stand)|(参与|参加|响应|活动)?状态|statut|estado"
)
DID_ANSWER = re.compile(
    r"(yes|y|true|1|ja|j|oui|si|是|responded|replied|answered|converted|attended|accepted|won|reagiert|geantwortet|teilgenommen|zugesagt|bestellt|gekauft|repondu|inscrit|respondio|respondido|asistio|已?(响应|回复|参加|参与|出席|报名|转化|成交|反馈))"
)
FLAG_OF_ARM = re.compile(
    r"(is |was )?(treated|treatment|exposed|control( group)?|holdout|hold out|kontrollgruppe|behandelt|temoin|testigo)|(是否)?(实验组|对照组)"
)
IS_CONTROL = re.compile(
    r".*(\bcontrol|hold ?(out|back)|held back|kontroll|\btemoins?\b|\btestigos?\b|对照|空白组|保留组).*"
)
MAY_BE_CONTROL = re.compile(r".*\b(none|no|not|without|ohne|kein\w*|sans|sin)\b.*|未.*|不.*|空白|无")
GROUP = re.compile(r"(\w+ )?(arm|group|cell|\w*gruppe|testzelle|groupe|grupo)( .*)?|.*(分组|组别|组)")
OF_MEMBERS = re.compile(
    rf"\b({OF_CAMPAIGN} ?)(members?|contacts?|recipients?|responses?|targets?|participants?|teilnehmer\w*|kontakte?|empfanger\w*|antworten|verteiler|sends|list|envois?|destinataires?|contactos?|destinatarios?)\b"
    rf"|\b(members?|recipients?|participants?|sends|envois?|contacts?|contactos|destinataires|destinatarios)( (of|de|des))?( (la|las|les))? {OF_CAMPAIGN}\b|(kampagnen|aktions)(mitglieder|teilnehmer|kontakte|empfanger|antworten|liste)"
    r"|(活动|推广|营销|促销|短信|群发).{0,4}(名单|成员|客户|参与|触达|明细|记录|人员)"
)
ORDERED = re.compile(
    r".*\b(order|invoice|receipt|gift|donation|basket|bestell\w*|auftrag\w*|rechnung\w*|beleg\w*|commande|facture|pedido|factura)\b.*|.*(订单|发票|单据|小票|销售单).*"
)
OF_SALES = re.compile(
    r"\b(sales?|orders?|purchases?|invoices?|gifts?|donations?|umsatz\w*|verkauf\w*|bestell\w*|ventes?|ventas?|commandes?|pedidos?)\b|销售|订单|购买|成交"
)
MONEY = re.compile(
    r"费用?|金额|成本|花费|\b(cost|costs|fee|charge|amount|spend|kosten|betrag|cout|montant|coste|importe)\b"
)
OF_MEDIA = re.compile(
    r"(impressions?|clicks?|cpc|cpm|ctr|ad ?(group|set|spend)?|ads|klicks|impressionen|impresiones|clics|曝光量?|点击量?|展示量?|展现量?)"
)

CUSTOMER_MATTERS = r"(complaint|complaints|reklamation|reklamations|beschwerde|mangel|reclamation|plainte|queja|reclamo|reclamacion|投诉|客诉)"
CASES = r"(ticket|case|incident|request|issue|vorgang|anfrage|storung|storungs|fall|demande|incidencia|工单|服务单|维修单|报修)"
KINDS: dict[str, re.Pattern[str]] = {
    "complaint": re.compile(r"\bcomplaints?\b|\breklamation\w*|\bbeschwerde\w*|\bmangelruge\w*|\breclamations?\b|\bplaintes?\b|\bquejas?\b|\breclamos?\b|\breclamacion\w*|投诉|客诉"),
    "survey": re.compile(r"\bsurveys?\b|\bnps\b|\bcsat\b|\bsatisfaction\b|\bfeedback\b|\breviews?\b|\bumfrage\w*|\bbefragung\w*|zufriedenheit\w*|\benquetes?\b|\bencuestas?\b|\bsatisfaccion\b|满意度|问卷|调查|评价|调研"),
    "follow_up": re.compile(r"\bfollow ups?\b|回访"),
    "ticket": re.compile(r"\btickets?\b|\b(support|service|customer) (cases?|requests?|calls?)\b|\bcases?\b|\bincidents?\b|\bhelp ?desk\b|\bstorung\w*|\bservice(anfrage|fall|vorgang|auftrag|einsatz|tickets)\w*|\bincidencias?\b|工单|报修|维修|售后|客服"),
    "visit": re.compile(r"\bvisits?\b|besuch\w*|\bvisites?\b|\bvisitas?\b|拜访|走访|到访"),
    "call": re.compile(r"\b(phone )?calls?( log)?\b|\banruf\w*|\btelefonat\w*|\bgesprach\w*|\bappels?\b|\bllamadas?\b|电话|通话|呼叫|电访"),
    "contact": re.compile(r"\bactivit(y|ies)\b|\binteractions?\b|\btouch ?points?\b|\bcontact (log|history|events?)\b|\bkontakt(historie|protokoll|e mit kunden)\b|\baktivitat\w*|\bmeetings?\b|跟进|联系记录|沟通记录|互动"),
}  # fmt: skip
DEPARTMENTS = {"complaint": "service", "ticket": "service", "follow_up": "service", "survey": "marketing", "visit": "sales"}  # fmt: skip
WAYS = re.compile(
    r"(phone|phone call|call|e ?mail|mail|letter|meeting|visit|demo|chat|sms|video( call)?|telefon|telefonat|anruf|besuch|termin|brief|messe|appel|telephone|visite|courrier|reunion|rendez vous|llamada|correo|visita)s?( (in|out|inbound|outbound))?|电话|来电|去电|微信|邮件|短信|拜访|上门|会议|面谈|现场|视频"
)
SERVED_BY = {
    "service": re.compile(r"\b(service|support|hotline|help ?desk|kundendienst|after ?sales|inbound|sav|soporte)\b|客服|售后|服务"),
    "sales": re.compile(r"\b(sales|vertrieb\w*|aussendienst|innendienst|ventas|commercial|commerciale?|verkauf)\b|销售|业务"),
    "marketing": re.compile(r"\bmarketing\b|市场|营销"),
}  # fmt: skip
NUMBER = r"(id|no|n|nr|num|numero|number|nummer|code|key|ref|编号|编码|代码|号码|号)"
CONTACT_ID = re.compile(
    rf"({CASES}|{CUSTOMER_MATTERS}|survey|review|response|answer|feedback|visit|besuchs?|call|anruf|activity|interaction|contact event|event|record|log|umfrage|antwort|visite|appel|llamada|visita|encuesta|enquete|拜访|回访|问卷|调查|评价|通话|记录|跟进|投诉单|服务)s? ?{NUMBER}|{NUMBER}( (de|du|del))?( (la|l|el))? ?({CASES}|{CUSTOMER_MATTERS}|visite|appel|llamada|visita|encuesta|enquete)|id|nr|no|序号|编号|lfd nr"
)
OCCURRED = (
    rf"(created|opened|reported|received|raised|submitted|logged|requested|started|start|begin|occurred|{CASES}|{CUSTOMER_MATTERS}|survey|review|response|responded|answered|answer|feedback|rated|visited|visit|visits?|besuchs?|call|called|anruf|contact|activity|event|eingangs?|eingang|erstellt|gemeldet|melde|umfrage|antwort|befragungs?|kontakt|gesprachs?|受理|创建|提交|登记|报修|投诉|反馈|拜访|回访|来电|通话|调查|评价|填写|跟进|联系|接收)(s)?( ?{DATE}| am)?|{DAY} ?({CUSTOMER_MATTERS}|{CASES}|visite|visita|appel|llamada|reponse|respuesta|enquete|encuesta|creation|creacion|contact|contacto|reception|ouverture|apertura)",
    rf"{DATE}|fecha|jour|.*\b{DATE}|.*(日期|时间)|.*datum",
)
RESOLVED = (
    rf"(resolved|resolution|closed|close|solved|settled|completed|completion|finished|fixed|erledigt|erledigungs?|gelost|losungs?|abgeschlossen|abschluss|geschlossen|behoben)( ?{DATE}| am)?|(处理|维修|服务|工单|问题)?(完成|解决|结案|关闭|办结|处理完毕|处理完成|完结)({DATE})?|{DAY} ?(resolution|cloture|cierre|resolucion|solucion|traitement)|(resolu|cloture) le|resuelta?( el)?",
    r"ended at|end date|ende|done at",
)
OF_MATTERS = re.compile(
    r"priority|severity|urgency|prioritat|dringlichkeit|subject|betreff|assignee|assigned to|assigned agent|bearbeiter|priorite|prioridad|objet|asunto|优先级|紧急程度|严重程度|处理人|故障(描述|类别|类型)|问题描述"
)
SORTS: Patterns = (
    rf"(({CASES}|{CUSTOMER_MATTERS}|contact|activity|call|visit|issue|problem) ?)?(type|category|reason|topic|kind)|grund|art|thema|kategorie|(reklamations|beschwerde|kontakt|besuchs|storungs)(grund|art)|motif|motivo|tipo|(投诉|工单|拜访|回访|故障|问题|服务|跟进|联系|来电)?(类型|类别|原因|方式|分类|性质)",
    r"channel|kanal|canal|subject area|渠道",
)
COSTS: Patterns = (
    rf"(((contact|visit|call|handling|service|own|internal) )?(cost|costs|expenses?)|(besuchs|kontakt|bearbeitungs|reise|einsatz)?kosten|couts?|costes?|costos?|(拜访|回访|差旅|处理|人工)(费用|成本)|成本){IN_YUAN}",
    r"spesen|aufwand eur",
)
DIRECTIONS = {
    "inbound": re.compile(r"in|inbound|incoming|eingehend|entrant|entrante|来电|呼入"),
    "outbound": re.compile(r"out|outbound|outgoing|ausgehend|sortant|saliente|去电|呼出|外呼"),
}
RATED: Patterns = (
    r"(customer |overall |total |csat |nps |review )?(satisfaction|rating|score|nps|csat|stars?)( (score|rating|level|value|points|csat))?( \d+( \d+)?)?|(gesamt)?zufriedenheit\w*( \d+ \d+)?|bewertung|sterne|weiterempfehlung\w*|note( (globale|de satisfaction))?( \d+ \d+)?|(niveau de )?satisfaction( client)?|satisfaccion( del cliente)?|(puntuacion|valoracion|calificacion)( \d+ \d+)?|(总体|客户|服务)?(满意度|评分|打分|星级|nps)(评分|得分|分数|分|值|等级)?( \d+ \d+)?",
    r"(gesamt)?note|schulnote|likelihood to recommend|(how )?likely.*recommend.*|得分|分数|评价(结果|等级)?|points|punkte|answer|rating.*",
)
WEB = re.compile(
    r"(msisdn|imsi|cell id|roaming|call charge|tariff|page|url|referrer|session|sessions|utm|user agent|browser|landing page|device)( .*)?"
)


def of_file(profile: Profile) -> str:
    """Return the name of a file in plain words, without its ending."""
    return plain_words(profile.file.name.rpartition("/")[2].partition(".")[0])


def says_campaign(column: Column) -> bool:
    """Say whether a column is by its name a campaign's number or name."""
    return re.fullmatch(rf"{CAMPAIGN}|{CAMPAIGN_NAME}", column.words) is not None


def is_numbered(column: Column) -> bool:
    """Say whether a name says that it is a number or a code."""
    return re.fullmatch(NUMBERED, column.words) is not None
