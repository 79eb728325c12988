"""Names of the countries that the capacity registry and lists of machines speak of (ISO 3166-1)."""

from typing import Final

HOME: Final = "GB"

_NAMES: Final = {
    "AE": "United Arab Emirates",
    "AR": "Argentina",
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "BR": "Brazil",
    "BY": "Belarus",
    "CA": "Canada",
    "CH": "Switzerland",
    "CL": "Chile",
    "CN": "China",
    "CO": "Colombia",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "EG": "Egypt",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HR": "Croatia",
    "HU": "Hungary",
    "ID": "Indonesia",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "IS": "Iceland",
    "IT": "Italy",
    "JP": "Japan",
    "KR": "South Korea",
    "KZ": "Kazakhstan",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MA": "Morocco",
    "MX": "Mexico",
    "MY": "Malaysia",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PH": "Philippines",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "RS": "Serbia",
    "RU": "Russia",
    "SA": "Saudi Arabia",
    "SE": "Sweden",
    "SG": "Singapore",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "TH": "Thailand",
    "TR": "Turkey",
    "TW": "Taiwan",
    "UA": "Ukraine",
    "US": "United States",
    "VN": "Vietnam",
    "ZA": "South Africa",
}

_ALSO: Final = {
    "china, hong kong": "HK",
    "czech republic": "CZ",
    "great britain": "GB",
    "korea, south": "KR",
    "korea (republic of)": "KR",
    "republic of korea": "KR",
    "philippines (the)": "PH",
    "russian federation": "RU",
    "slovak republic": "SK",
    "taiwan, china": "TW",
    "türkiye": "TR",
    "uk": "GB",
    "united kingdom of great britain and northern ireland": "GB",
    "united states of america": "US",
    "usa": "US",
    "viet nam": "VN",
}
"""What lists write, in small letters, where it is not the English name above."""

_CODES: Final = {name.casefold(): code for code, name in _NAMES.items()} | _ALSO


def country_name(code: str) -> str:
    """The English name of a country code, or the code itself where it is not listed."""
    return _NAMES.get(code, code)


def country_code(name: str) -> str | None:
    """The code of a country as a list names it; None where it is not known."""
    return _CODES.get(" ".join(name.split()).casefold())
