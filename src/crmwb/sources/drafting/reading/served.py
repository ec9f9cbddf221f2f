"""Names of columns of clubs, charities, schools, clinics and hotels: whom they serve, and what these pay."""
# ruff: noqa: E501 - a list of names is easier to read in one line

SERVED = r"mitglied(er|s)?|supporter|praxis|gonner|spender|forderer|schuler(in)?|patient(in|en)?|versicherten|versicherungsnehmer|mieter|giver|backer|contributor|student|pupil|learner|passenger|insured|patron|borrower|resident|fahrgast|versicherte[rn]?|passager|pasajero|passageiro|passeggero|asegurado|assicurato|乘客|投保人|被保险人|読者|tenant|policyholder|payer|sold to( party)?|bill to|regulierer|auftraggeber|warenempfanger|adherent|donateur|eleve|etudiant|locataire|assure|compte tiers|tiers|socio|socia|afiliado|miembro|donante|alumno|estudiante|paciente|inquilino|huesped|iscritto|donatore|allievo|studente|paziente|lid|leden|leerling|huurder|学员|学生|学号|患者|病人|病历|住客|捐赠人|捐赠者|捐款人|业主|租户|往来单位|生徒|学籍|受講者|寄付者|寄附者|宿泊者|利用者|契約者"
# Without a number, these may be how many came.
GUESTS = r"guest|gast|hote|huesped|ospite|宾客|客人|お客様"
# What they pay: plain amounts, and words that may name something else too.
PAID_IN = r"(pledge|gift|donation|offering|contribution|charged?|billed|tuition|membership|subscription|premium|booking|room|ticket|rent) (amount|value|total)|amount (donated|given|charged|billed|collected)|([a-z]+ )?fees? (paid|received|collected)|(base |order )?grand total|spendenbetrag|mitgliedsbeitrag|jahresbeitrag|rechnungsbetrag|zahlbetrag|montant (du don|de la cotisation|regle|verse|facture|encaisse)|importe (cobrado|pagado|facturado|de la cuota)|实缴(学费)?|寄[付附]金額"
GIVEN = r"(sale|selling|sold|hammer) price|verkaufspreis|prix de vente|precio de venta|成交价|(room|ticket|course|event|treatment|service) (revenue|sales|income)|(net |total )?charge|(written|gross|net) premium|total a pagar|(montant|total) a payer|valor d[aeo]s? (?!frete|desconto|seguro|icms|ipi|iss|pis|cofins|impostos?|tributos?|outras|acrescimo|juros|multa)[a-z]+|gift|donations?|offering|contributions?|(tuition|school|course|class|lesson|membership|annual|registration|admission|consultation|treatment|entry|licen[cs]e) fees?|tuition|dues|premium|beitrag|spende|zuwendung|schulgeld|kurs(gebuhr|beitrag)|honorar|entgelt|miete|cotisation|don|frais de scolarite|scolarite|ecolage|honoraires|loyer|cuota|donacion|donativo|aportacion|matricula|mensualidad|colegiatura|honorarios|quota (associativa|sociale)|donazione|contributo|retta|contributie|lesgeld|学费|会费|捐款|房费|诊疗费|保费|租金|会費|授業料|寄[付附]金?|月謝|受講料|診療費|宿泊(料金?|費)"
# Amounts of files without another one: plainly, and perhaps.
FEES = (r"fees?( amount)?|charges?|gebuhr(en)?|收费|费用|料金", r"total (fees?|charges?)")
DEBIT = (r"debit( amount)?|debe|dare|借方(金[额額])?|montant debit|importe debe", r"soll ?(betrag)?")
CREDIT = (r"credit( amount)?|haber|avere|贷方(金额)?|貸方(金額)?|montant credit|importe haber", r"haben ?(betrag)?")
BALANCE = (
    r"((running|account|closing) )?balance|(konto)?saldo|solde( progressif)?|余额|残高",
    r"balance .*|.* balance",
)
