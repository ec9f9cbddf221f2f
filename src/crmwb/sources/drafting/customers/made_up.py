"""Customers that are called a test, such as "Test Kasse": asked about, for a person may be called so."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re

from crmwb.sources.drafting.customers import tax_numbers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.rows import row_kinds

MADE_UP = re.compile(
    r"(tests?|(test|dummy|prueba|essai|prova|teste|testowy|testovaci|deneme) [^\W\d_]+( \d+)?)( (please )?(ignore|delete|do not \w+|(bitte )?(nicht \w+|ignorieren|loschen)|ignorer|ignorar|ignora(re)?|negeren))?|[^\W\d_]+ (test|dummy|prueba|deneme)"
    r"|[^\W\d_]+ (internal|intern|own) tests?|test(er|kunde|kundin|klant|kund|konto|account|user|customer|cliente?|bestell\w*)( \d+)?"
    r"|(test|dummy|prueba|essai|prova|teste|testowy|deneme)( (test|dummy|prueba|essai|prova|teste|testowy|deneme))*,?( [^\W\d_]+,?)? (no (borrar|usar|tocar|eliminar)|ne pas \w+|nao (apagar|usar)|non (cancellare|usare)|niet (verwijderen|gebruiken)|nicht (loschen|verwenden))"
    r"|(测试|テスト).*"
)
NAME = re.compile(
    r"(.* )?(naam|namn|navn|ad|isim|imie|jmeno|ime|client|customer|klant|kunde|kund|company|firma|paciente|patient|patientin|paziente|potilas|pacjent"
    r"|tenant|mieter|member|mitglied|socio|socia|student|pupil|schuler|alumno|alumna|eleve|alunno|guest name|resident|passenger|pasajero|participant|teilnehmer|患者|会員|学員)( name)?"
)
MOST = 5  # such names; of more, the word is part of what the company does
MOST_OF_ROWS = 0.05


def ask(part: Part) -> None:
    """Ask of rows whose customer is called a test: to be left out, or a customer like others.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    who = part.guesses["customer_id"].sources
    if len(who) != 1 or not part.looked_at.holds(*who):
        return
    called = [c for c in part.looked_at.own if NAME.fullmatch(c.own_words) and not c.is_number]
    for column in (*tax_numbers.names_beside(part.looked_at.own, who[0]), *called, who[0]):
        values = sorted(v for v in column.counts if MADE_UP.fullmatch(words.simple(v)))
        n = sum(column.counts[value] for value in values)
        if (
            not 0 < len(values) <= MOST
            or n > MOST_OF_ROWS * column.n_rows
            or len(column.counts) <= row_kinds.MOST_KINDS
        ):
            continue
        text = (
            f"{column.name} is {' or '.join(map(repr, values))} in {row_kinds.rows(column, values)}, which sounds like a "
            f"test: leave these rows out, or keep them?"
        )
        key = f"{column.own_words} tests"
        row_kinds.ask_to_keep(part, key, text, row_kinds.not_in(column, values), (column,), rows_with=tuple(values))
        return
