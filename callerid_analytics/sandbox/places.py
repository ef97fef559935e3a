"""Which country a number belongs to, as far as the sandbox's own numbers go; data and one look-up."""

from __future__ import annotations

_PREFIXES = {
    "US": "1",
    "CA": (
        "1204 1226 1236 1249 1250 1263 1289 1306 1343 1354 1365 1367 1368 1382 1403 1416 1418 1428 1431 1437 1438"
        " 1450 1468 1474 1506 1514 1519 1548 1579 1581 1584 1587 1604 1613 1639 1647 1672 1683 1705 1709 1742 1753"
        " 1778 1780 1782 1807 1819 1825 1867 1873 1879 1902 1905"
    ),
    "PR": "1787 1939",
    "DO": "1809 1829 1849",
    "BB": "1246",
    "JM": "1658 1876",
    "BM": "1441",
    "GB": "44",
    "GG": "441481 447781",
    "JE": "441534 447797",
    "IM": "441624",
    "DE": "49",
    "FR": "33",
    "ES": "34",
    "BR": "55",
    "AU": "61",
    "IN": "91",
    "JP": "81",
    "MX": "52",
    "RU": "7",
    "KZ": "76 77",
    "IT": "39",
    "VA": "3906698",
    "NO": "47",
    "SE": "46",
    "NL": "31",
    "PL": "48",
    "CH": "41",
    "IE": "353",
    "SG": "65",
    "KR": "82",
    "CN": "86",
    "ZA": "27",
    "NG": "234",
    "AR": "54",
    "PH": "63",
    "RE": "262",
    "GP": "590",
    "FI": "358",
    "AX": "35818",
}

_COUNTRIES = {prefix: country for country, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
_LONGEST = max(map(len, _COUNTRIES))


def country(phone_number: str) -> str:
    """Give the two letters of a number's country, and nothing for a country that we do not know.

    Examples
    --------
    >>> country("+14155550112"), country("+16045550112"), country("+999")
    ('US', 'CA', '')
    """
    digits = phone_number.removeprefix("+")
    prefixes = (digits[:length] for length in range(_LONGEST, 0, -1))
    return next((_COUNTRIES[prefix] for prefix in prefixes if prefix in _COUNTRIES), "")
