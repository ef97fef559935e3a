"""Countries in names: a name that says Germany on a number of France is wrong about one of them.

The list is one of words that hardly mean anything else. What is left out, and why:

- Georgia, Jordan, Chad, Cuba, Malta, Israel and others are given names, states, towns or families as often;
- adjectives name languages and kitchens: "French support" may well have a number in Canada;
- codes of two letters are words and abbreviations (IT, HR, PR, CA, DE), except UK; US stands for the country only
  by itself, between separators, and "us" never does.

China, Turkey, India and a few more count only where they stand alone between separators, as in "Support - China",
and not in "China Palace". A country's name fits its territories' numbers too (GB on Guernsey's), as do those of
North America where a number is toll-free. Numbers of no country, and those whose region cannot be known, fit all.
"""

from __future__ import annotations

import re

import pyarrow as pa

from callerid_analytics.audit.estate import Estate, Found, joined, rows_where

_NAMES = {
    "AE": "United Arab Emirates|UAE", "AR": "Argentina", "AT": "Österreich|Austria", "AU": "Australia",
    "BE": "Belgium|Belgique|België|Belgien", "BG": "Bulgaria", "BO": "Bolivia", "BR": "Brazil|Brasil",
    "CA": "Canada", "CH": "Switzerland|Schweiz|Svizzera", "CO": "Colombia",
    "CR": "Costa Rica", "CZ": "Czech Republic|Czechia|Česko", "DE": "Germany|Deutschland|Allemagne|Alemania",
    "DK": "Denmark|Danmark", "DO": "Dominican Republic|República Dominicana", "EC": "Ecuador",
    "EE": "Estonia|Eesti",
    "EG": "Egypt", "ES": "Spain|España|Espagne|Spanien", "FI": "Finland|Suomi", "FR": "France|Frankreich|Francia",
    "GB": "United Kingdom|Great Britain|UK|U.K.|Scotland|Northern Ireland", "GR": "Greece|Hellas",
    "GT": "Guatemala", "HK": "Hong Kong|Hongkong", "HR": "Croatia|Hrvatska", "HU": "Hungary|Magyarország",
    "ID": "Indonesia", "IS": "Iceland", "IT": "Italy|Italien|Italie", "JP": "Japan|日本",
    "KR": "South Korea|대한민국", "KZ": "Kazakhstan|Казахстан", "LT": "Lithuania|Lietuva", "LU": "Luxembourg",
    "LV": "Latvia|Latvija", "MA": "Morocco", "MX": "México", "MY": "Malaysia",
    "NG": "Nigeria", "NL": "Netherlands|Nederland|Niederlande", "NO": "Norge", "NZ": "New Zealand",
    "PH": "Philippines|Pilipinas", "PK": "Pakistan", "PL": "Polska|Polen", "PR": "Puerto Rico",
    "PT": "Portugal", "RO": "Romania|România", "RS": "Serbia|Srbija", "RU": "Russia|Россия|Russland",
    "SA": "Saudi Arabia", "SE": "Sweden|Sverige|Schweden", "SG": "Singapore", "SI": "Slovenia|Slovenija",
    "SK": "Slovakia|Slovensko", "TH": "Thailand", "TR": "Türkiye", "TW": "Taiwan", "UA": "Ukraine|Україна",
    "US": "United States|United States of America|USA|U.S.A.", "UY": "Uruguay", "VE": "Venezuela",
    "VN": "Vietnam|Viet Nam", "ZA": "South Africa",
}  # fmt: skip
_ALONE = {
    "CH": "Suisse", "CL": "Chile", "CN": "China|中国", "GB": "England", "IE": "Ireland", "IN": "India",
    "IT": "Italia", "KE": "Kenya", "MX": "Mexico", "NO": "Norway", "PA": "Panama", "PE": "Peru", "PL": "Poland",
    "TR": "Turkey", "US": "US|U.S.",
}  # fmt: skip
_TERRITORIES = {
    "AU": "CX CC", "CN": "HK MO", "DK": "FO GL", "FI": "AX", "FR": "BL GF GP MF MQ NC PF PM RE WF YT",
    "GB": "GG IM JE", "IT": "SM VA", "NL": "AW BQ CW SX", "NO": "SJ", "NZ": "CK NU TK", "US": "AS GU MP PR VI",
}  # fmt: skip
_NORTH_AMERICA = frozenset(
    (
        "AG", "AI", "AS", "BB", "BM", "BS", "CA", "DM", "DO", "GD", "GU", "JM", "KN", "KY", "LC", "MP", "MS", "PR",
        "SX", "TC", "TT", "US", "VC", "VG", "VI",
    )
)  # fmt: skip
_CODES = frozenset(("USA", "U.S.A.", "US", "U.S."))
"""Which count in capital letters only."""
_SEPARATORS = r"[-–—/|:;,()\[\]@_•·]"
_BETWEEN = "\x1f"


def _key(name: str) -> str:
    return name if name in _CODES else name.casefold()


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return {_key(name): code for code, listed in names.items() for name in listed.split("|")}


_ANYWHERE = _by_name(_NAMES)
_BY_ITSELF = _by_name(_ALONE)
_WORDS = "|".join(re.escape(name) for name in sorted(_ANYWHERE, key=len, reverse=True))
_SEARCH = re.compile(rf"(?<![\w.])(?<!\bnew )(?:{_WORDS})(?!\w)", re.IGNORECASE)
_PREFILTER = "(?i:" + "|".join(re.escape(name) for name in (*_ANYWHERE, *_BY_ITSELF)) + ")"


def other_country(estate: Estate) -> Found:
    """Find names that name a country, and not the number's."""
    rows, named = estate.of_names(estate.describe_names(_PREFILTER, _named))
    at = pa.array(rows)
    regions, types = estate.regions.take(at), estate.types.take(at)
    cases = joined(named, _BETWEEN, regions.fill_null("001"), _BETWEEN, types.fill_null("")).dictionary_encode()
    verdicts = [_verdict(*case.split(_BETWEEN)) for case in cases.dictionary.to_pylist()]
    detail = pa.array(verdicts, pa.large_string()).take(cases.indices)
    found = rows[rows_where(detail.is_valid())]
    return Found(found, detail.drop_null(), "Find out where its people are; rename it, or show another number.")


def _named(name: str) -> str | None:
    """Return the countries that a name names: the words that do, a tab, and their regions."""
    words = {word: _ANYWHERE.get(_key(word)) for word in _SEARCH.findall(name)}
    parts = [part.strip() for part in re.split(_SEPARATORS, name) if part.strip()]
    if len(parts) > 1:
        words |= {part: _BY_ITSELF[_key(part)] for part in parts if _key(part) in _BY_ITSELF}
    regions = {word: region for word, region in words.items() if region}
    return f"{' and '.join(regions)}\t{' '.join(regions.values())}" if regions else None


def _verdict(named: str, region: str, number_type: str) -> str | None:
    """Say what does not fit, if no country that is named fits the number."""
    words, _, countries = named.partition("\t")
    fitting = {code for country in countries.split() for code in (country, *_TERRITORIES.get(country, "").split())}
    is_shared = region in _NORTH_AMERICA and number_type == "toll_free" and fitting & _NORTH_AMERICA
    if region == "001" or region in fitting or is_shared:
        return None
    return f"it says {words}, its number is of {region}"
