"""What columns are called in the Nordic languages, Romanian, Hungarian, Czech, Slovak, Polish, Greek, Indonesian, Vietnamese and Thai.

Names as `profile.plain_words` writes them: in small letters, without accents and tone marks.
"""
# ruff: noqa: E501 - a list of names is easier to read in one line

NUMBER = r"( ?(id|nr|no|nro|numero|cislo|kod|kode|kodas|szam|szama|ma|so|numer|symbol|รหัส))?"

CUSTOMER = (  # a customer, and its number; "kundenr" and "klient" are in `vocabulary` already
    rf"(kundnummer|kundenummer|kundens nr|asiakasnumero|asiakastunnus|asiakkaan (numero|tunnus)|ostaja(n)?|tilaaja(n)?|bestallare|bestiller|kober(en)?|kopare(n)?|kjoper(en)?|viesakas"
    rf"|vevo|vevokod|ugyfel|ugyfelkod|vasarlo|megrendelo|partnerkod|kupujici|kupujuci|klienta?|zakaznicke|zakaznik|odberatel|objednatel|cumparator(ul)?|clientul|beneficiar(ul)?"
    rf"|πελατης|πελατη|πελατων|αγοραστης|συναλλασσομενος|pelanggan|pembeli|konsumen|khach hang|khach|nguoi mua|ลกคา|ผซือ|สมาชิก){NUMBER}"
    rf"|(cod(ul)?|nr|numar|id|kod|kode|nomor|no|cislo|c|κωδικος|κωδ|ma|รหัส|เลขที) ?(clientului|client|klienta|zakaznika|odberatele|odberatela|vevo|ugyfel|partner|πελατη|pelanggan|pembeli|khach hang|kh|ลกคา|สมาชิก)"
    r"|solic(itante)?( (id|no|nr|cod|codigo))?|カルテ(番号|no|id)|診察券(番号|no)|会員証番号"
)
ORDER = (
    rf"(ordrenr|ordrenummer|ordernr|ordernummer|fakturanr|fakturanummer|bilagsnr|bilagsnummer|bonnr|kvitteringsnr|verifikationsnr|tilausnumero|tilausnro|laskunro|laskunumero|tositenro|kuittinro"
    rf"|szamlaszam|szamla sorszam(a)?|rendelesszam|rendeles|bizonylatszam|bizonylat|doklad|faktura|objednavka|objednavky|uctenka|factura|comanda|bon( fiscal)?|zamowienie|paragon"
    rf"|παραγγελια|παραγγελιας|τιμολογιο|παραστατικο|παραστατικου|αποδειξη|pesanan|faktur|nota|transaksi|don hang|hoa don|chung tu|คําสังซือ|ใบเสร็จ|ใบกํากับภาษี){NUMBER}"
    rf"|(nr|numar(ul)?|cislo|c|kod|kode|nomor|no|αριθμος|αρ|αρ ?θ|ma|so|เลขที|หมายเลข) ?(facturii|factura|comenzii|comanda|bonului|bon|documentului|document|objednavky|faktury|dokladu|uctenky|zamowienia|dokumentu|paragonu|παραγγελιας|τιμολογιου|παραστατικου|αποδειξης|pesanan|faktur|nota|transaksi|invoice|don hang|hoa don|chung tu|คําสังซือ|ใบเสร็จ)"
    r"|(fatt(ura)?|bolla|ddt|scontrino) ?(n|no|nr|num|numero)|(n|no|nr|num|numero) ?(d[iel]|della|dello)? ?(fatt(ura)?|bolla|ddt|scontrino)|fattura|belegfeld( 1)?"
    r"|((nr|num|numero) )?de (venta|venda|vendita|vente)|(bill|docket|fatura|belge|evrak|makbuz|irsaliye) ?(id|no|nr|num|number|ref|numarasi)"
)
_DAYS_OF = (  # whose day it is, where the name says it of a day
    r"emiterii|emitere|facturii|factura|facturarii|comenzii|comanda|vanzarii|documentului|document|doc|tranzactiei|bonului|achizitiei|inregistrarii"
    r"|vystaveni|vystavenia|objednavky|prodeje|predaja|faktury|dokladu|vytvoreni|vytvorenia|nakupu|transakce|transakcie|uskutecneni( plneni)?|dodania"
    r"|wyst|wystawienia|sprzedazy|zamowienia|zakupu|transakcji|utworzenia|παραγγελιας|τιμολογιου|εκδοσης|πωλησης|αγορας|παραστατικου|συναλλαγης|κινησης"
    r"|transaksi|faktur|order|pesanan|pesan|penjualan|jual|pembelian|beli|invoice|nota|dibuat|dat hang|dat|hoa don|ban( hang)?|mua( hang)?|lap( hoa don)?|tao( don)?|giao dich|chung tu|xuat( hoa don)?"
    r"|emision|emissao|emissione|emision doc|fact|fra|doc|documento|operacion|operazione|registro|facturacion|fatturazione|facturation|piece|contabilizacion|contab|fatt|fattura"
)
ORDERED_AT = (
    r"(faktura|fakturerings|ordre|order|bilags|salgs|kobs|kjops|kop|inkops|bestillings|bestallnings|booking|bogforings|bokforings|transaktions|transaksjons|udstedelses|utstedelses|kvitterings|kvitto|verifikations|forsaljnings|betjenings|factuur|bestel|verkoop|boek|bon|aankoop|transactie|opdracht)(s)? ?(dato|datum)"
    r"|oprettet|opprettet|bogfort|bokfort( dato)?|skapad|utstedt|udstedt|(lasku|tilaus|myynti|osto|tosite|kirjaus)(n)?( ?pvm| ?paiva(maara)?)|(laskun|tilauksen) (pvm|paivamaara|paivays)|paivamaara|paivays|luotu"
    r"|(szamla|rendeles|vasarlas|eladas|kiallitas|bizonylat|ertekesites)( kelte| datuma| napja| idopontja| ideje)|kelte?|szamladatum|letrehozva|megrendelve"
    r"|duzp|vytvoreno|vytvorene|vystaveno|vystavene|utworzono|wystawiono|emisa?( la)?|creata la|data si ora"
    rf"|(data|datum|dt|f|fec|fecha|date|ημερομηνια|ημ νια|ημερ|tanggal|tgl|waktu|ngay|thoi gian|วันที|เวลา)( (de|d|da|di|van|der|pembuatan))? ?({_DAYS_OF})|ngay (gio|thang)|วันที(สังซือ|ขาย|ใบเสร็จ|เอกสาร|ออกใบกํากับ)"
    r"|(creee?|passee?|commandee?|reservee?|emise?|facturee?) le|(erstellt|bestellt|gebucht|angelegt) am|(cread|pedid|emitid|facturad|realizad)[oa] el"
    r"|(creat|ordinat|emess)[oa] il|(criad|emitid|pedid)[oa] em|(aangemaakt|besteld|geboekt) op"
    r"|(診療|来院|受診|施術|来店|宿泊|計上|成約|契約|請求|伝票|精算|会計)日"
)
DAY_MAYBE = (  # a day of something, or the month of a row that tells of one
    r"ημερομηνια|ημ νια|tanggal|tgl|ngay|วันที|kelt|\w{3,}(datum|dato|dag|pvm|paiva)|(datum|dato|data|fecha|ημερομηνια|tanggal|tgl|ngay) .+"
    r"|date (?!.*(last|first|latest|next)\b)(\w+ )*(contribution|donation|gift|order|sale|purchase|transaction|invoice|booking|receipt|payment)s?( (was |is )?(received|made|given|placed|recorded|entered|posted))?|date received"
    r"|(billing |accounting |sales |abrechnungs|buchungs)?(month|monat|period)|mois|mes|mese|maand|maned|manad|kuukausi|miesiac|okres|obdobi|obdobie|mesic|mesiac|luna|perioada|honap|idoszak|μηνας|περιοδος|bulan|thang|period[eo]?|periodo|zeitraum|年月|月份|期間|対象月|請求月"
)
NO_SALE_DAY = (  # within a name of a day: due, paid, sent, born, ended
    r"forfald|forfall|forfallo|betal|lever|fodsel|fodelse|syntyma|erapaiva|maksu|toimitus|geburt|liefer|fallig|zahl|verval|leverdatum|splatn|zaplac|uhrad|uhrady|doruc|vyplat|platby|narozen|platnosci|zaplat|dostaw|urodzen|scaden|incas|livrar|platii|nasteri|expir"
    r"|lejarat|fizet|szallit|teljesit|szulet|vencim|venc|cobro|pago|entrega|nacim|pagam|consegna|echeance|paiement|reglement|livraison|naiss|jatuh tempo|bayar|kirim|lahir|han thanh|thanh toan|giao hang|sinh|πληρω|ληξ|παραδ|γεννη|vade|odeme|teslim|dogum|生年|誕生|支払|振込|入金|納期|納品"
)
DUE = (  # when an invoice is to be paid
    r"forfaldsdato|forfalden|forfallsdato|forfallodatum|forfall|erapaiva|vervaldatum|vervaldag|date d? ?echeance|echeance|(fecha (de )?)?(vencimiento|vto)|(data (di )?)?scadenza|(data )?(de )?vencimento"
    r"|(data |datum )?(scadenta|scadentei|scadenta?|splatnosti|splatnost)|termin platnosci|(fizetesi )?hatarido|esedekesseg|lejarat|jatuh tempo|(tanggal|tgl) jatuh tempo|han thanh toan|ημερομηνια ληξης|vade( tarihi)?|支払期限|支払期日"
)
WITHOUT_TAX = r"(bez dph|fara tva|(excl|exclusief|ex) btw|(ex|exkl|ekskl|eksl|excl|uten|uden|utan) (moms|mva)|netto bez vat|bez vat|χωρις φπα|sin iva|senza iva|sem iva|ht|hors taxes?|chua thue)"
NO_AMOUNT = r"doprava|postovne|transport|fragt|frakt|verzend\w*|envio|livraison|port|spedizione|sleva|rabat\w*|korting|reducere|descuento|remise|sconto|desconto|nakup\w*|inkoop\w*|indkob\w*|compra|achat|acquisto|naklad\w*|cost\w*|zisk|marze|margin\w*|marja|avance|dekningsbidrag|kostpris|rest\w*|limit|budget|zaloha|avans|discount"
AMOUNT = (
    r"(importo|totale|valore)( (riga|fattura|documento))? (ivat[oaie]|iva (inclusa|compresa))|"
    r"(total|netto|brutto|linje|ordre|rad|faktura)(belob|belopp?|sum(ma)?)|rivi(n )?summa|rivi yhteensa|a belopp|(total|netto|brutto)pris|omsetning|omsaetning|omsattning|summa|sum|at betale|att betala|a betale|yhteensa|loppusumma|myynti|laskun summa"
    r"|valoare( totala| neta| factura)?|total( general| factura| de plata)?|suma|osszeg|vegosszeg|brutto osszeg|ertek|fizetendo|celkem|castka|cena celkem|celkova cena|suma celkem|spolu|ciastka|k uhrade|wartosc|kwota|razem|do zaplaty"
    r"|(ingresos?|receitas?|ricavi) (por|de|da|di) (productos?|ventas?|produtos?|vendas?|prodotti|vendite)|συνολο|ποσο|αξια|τελικο ποσο|jumlah|total( harga| penjualan| bayar)?|nilai|subtotal harga|tong( tien| cong)?|thanh tien|doanh thu|so tien|gia tri|ยอดรวม|ยอดขาย|จํานวนเงิน|ราคารวม|รวมทังสิน"
)
NET = (
    r"(valor|importe|monto|total) neto|total sin (iva|impuestos)|valore netto|totale netto|valor liquido|nettobelob|nettobelop|(belob|belop|sum|total|pris)? ?(ex|exkl|ekskl|eksl|excl|uten|uden|utan) (moms|mva)|veroton( summa)?|(summa )?(alv 0|ilman alv)|valoare (fara tva|neta)|(total|suma) fara tva|net fara tva|netto (osszeg|ertek)|(netto|zaklad( dane)?|cena bez dph|castka bez dph|celkem bez dph|bez dph|spolu bez dph)"
    r"|wartosc netto|kwota netto|netto|καθαρη αξια|καθαρο ποσο|αξια (προ|χωρις) φπα|dpp|total sebelum (pajak|ppn)|tien truoc thue|tien hang chua thue|bedrag excl( btw)?|(bedrag|totaal|totaalbedrag|omzet) (excl|exclusief|ex)( btw)?"
)
TAX = r"moms|momsbelob|mva|mvabelop|momsbelopp|alv|arvonlisavero|tva|valoare tva|afa|afa osszeg|dph|castka dph|kwota vat|podatek( vat)?|φπα|ποσο φπα|ppn|pajak|thue|tien thue|thue gtgt|btw( bedrag| \d+)?|ภาษีมลคาเพิม"
STATUS = r"(status|stare|stav|allapot|tila|κατασταση|trang thai|tinh trang|สถานะ)( \w+){0,2}"
PAYMENT = r"\b(pay\w*|paid|zahl\w*|pag[oa]\w*|paiement|betaal\w*|betal\w*|incas\w*|plat[ia]\w*|platb\w*|uhrad\w*|zaplat\w*|fizet\w*|maksu\w*|πληρωμ\w*|bayar\w*|pembayaran|thanh toan|cobr\w*|incass\w*|tahsilat|odeme)\b|付款|支付|支払|入金"
PRODUCT = (
    rf"(varenr|varenummer|artikelnr|tuote|tuotekoodi|produs|articol|termek|cikk|cikkszam|zbozi|tovar|towar|polozka|indeks|προιον|ειδος|produk|barang|san pham|mat hang|hang hoa|สินคา){NUMBER}"
    r"|(cod(ul)?|kod|kode|cislo|κωδικος|ma|รหัส) ?(produsului|produs|articol|produktu|zbozi|tovaru|towaru|ειδους|προιοντος|produk|barang|san pham|hang|สินคา)"
)
QUANTITY = r"maara|kpl|stk|cantitate|cant|buc|mennyiseg|pocet( kusu| ks)?|ks|ilosc|szt|ποσοτητα|ποσ|τεμ|kuantitas|jml|qty barang|so luong|sl|จํานวน"
PRICE = r"(enhets|stk|styk|a)[ -]?pris|yksikkohinta|a hinta|pret( unitar)?|egysegar|(jednotkova )?cena( za (kus|ks|mj))?|cena (jednostkowa|jedn)|τιμη( μοναδας)?|harga( satuan)?|don gia|gia ban|ราคา(ตอหนวย)?"
REGION = r"judet(ul)?|kraj|wojewodztwo|megye|lan|fylke|maakunta|νομος|provinsi|tinh( thanh)?|จังหวัด"
CITY = r"sted|poststed|kaupunki|postitoimipaikka|oras|localitate(a)?|varos|telepules|mesto|obec|miasto|miejscowosc|πολη|kota|thanh pho"
CONTACT = r"(er|var|vor|deres) (referens|reference|ref)|kontaktperson|yhteyshenkilo|persoana (de )?contact|kapcsolattarto|kontaktni osoba|osoba kontaktowa|saljare|saelger|selger|vanzator"
