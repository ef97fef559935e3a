"""Personal data in names: everyone who may see an account sees its names, and so does who gets the audit.

Only what can be told for certain, or nearly: texts whose form or check digits say what they are. A person's name
is no finding, for many numbers belong to one. What was found is not repeated in the detail.

Sources: https://www.ssa.gov/employer/randomization.html (which social security numbers are not assigned),
https://www.iso.org/standard/70484.html (payment cards and their check digit) and
https://www.swift.com/standards/data-standards/iban-international-bank-account-number
"""

from __future__ import annotations

import re

from callerid_analytics.audit.estate import Estate, Found

_E_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b")
_SOCIAL_SECURITY = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])", re.ASCII)
_CARD = re.compile(r"(?<![\d+-])[2-6](?:[ -]?\d){12,18}(?![\d-])", re.ASCII)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI NL",
        19: "SI",
        20: "AT EE KZ LT LU",
        21: "CH HR LI LV",
        22: "BG DE GB IE RS",
        23: "AE IL",
        24: "CZ ES RO SA SE SK",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC SM",
        28: "CY HU PL",
        29: "BR UA",
        31: "MT",
    }.items()
    for country in countries.split()
}
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\b\.?|date of birth|born(?: on)?|geb\.|geboren(?: am)?|n[ée]e? le)[\s:]*"
    r"(?:\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}|\d{1,2}\.? [A-Za-z]{3,9} \d{4})(?!\d)",
    re.IGNORECASE,
)
_CARD_FORMS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}"  # Visa, Mastercard
    r"|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}"  # Amex, Diners, JCB, Discover
)
_POSSIBLY = (
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|(?:[0-9][ -]?){13}|[A-Z]{2}[0-9]{2}[ A-Z0-9]{11}"
    r"|(?i:\bd\.?o\.?b\b|of birth|\bborn|\bgeb|\bné).*[0-9]"
)
"""What one of the above may be in, for RE2, which looks through all names."""


def e_mail(estate: Estate) -> Found:
    """Find e-mail addresses in names."""
    rows, detail = estate.of_names(estate.describe_names("@", _e_mail))
    return Found(rows, detail, "Name what the number is for; keep the address elsewhere.")


def identifying(estate: Estate) -> Found:
    """Find numbers of people's documents, cards and bank accounts, and dates of birth."""
    rows, detail = estate.of_names(estate.describe_names(_POSSIBLY, _identifying))
    return Found(rows, detail, "Rename it without them, and ask who put them there.")


def _e_mail(name: str) -> str | None:
    return "it holds an e-mail address" if _E_MAIL.search(name) else None


def _identifying(name: str) -> str | None:
    kinds = {
        "a US social security number": _SOCIAL_SECURITY.search(name) is not None,
        "a payment card number": any(map(_is_card, _CARD.findall(name))),
        "an IBAN": any(map(_is_iban, _IBAN.findall(name))),
        "a date of birth": _BIRTH.search(name) is not None,
    }
    found = [kind for kind, is_there in kinds.items() if is_there]
    return f"it holds what looks like {', '.join(found)}" if found else None


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return _CARD_FORMS.fullmatch(digits) is not None and sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    bare = text.replace(" ", "")[: _IBAN_LENGTHS.get(text[:2], 0)]
    is_whole = bool(bare) and len(bare) == _IBAN_LENGTHS[text[:2]]
    return is_whole and int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1
