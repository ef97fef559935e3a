"""The words and numbering plans that the generator draws from; data only.

In a number, ``N`` stands for a digit from 2 to 9, and each ``#`` at its end for any digit. The patterns are
parts of real numbering plans: a test asks libphonenumber whether what they make is valid. They are spelled out
here, so that the same seed makes the same numbers whatever version of libphonenumber is installed.
"""

from __future__ import annotations

from typing import NamedTuple


class Plan(NamedTuple):
    """How numbers look in one place, and how its cities and people are called there."""

    weight: int
    numbers: tuple[str, ...]
    cities: tuple[str, ...]
    people: tuple[str, ...]


_US_AREAS = (
    "201", "202", "206", "212", "213", "214", "215", "216", "301", "303", "305", "310", "312", "313",
    "314", "404", "408", "415", "503", "504", "510", "512", "602", "612", "617", "619", "646", "702",
    "703", "713", "718", "720", "786", "801", "808", "813", "818", "832", "857", "901", "904", "907",
    "917", "919", "929", "949", "972", "978",
)  # fmt: skip
_CANADIAN_AREAS = (
    "204", "226", "250", "289", "306", "403", "416", "418", "437", "438", "506", "514", "519", "587",
    "604", "613", "647", "705", "709", "778", "780", "819", "867", "902",
)  # fmt: skip

_ENGLISH = ("Dana Whitfield", "marcus lee", "J. Okafor", "Priya N.", "Tom O'Brien", "Zoë Adler", "Beth-Ann Cole")
_FRENCH = ("Hélène Fabre", "François Côté", "Zoé Lefèvre")
_GERMAN = ("Jürgen Weiß", "Käthe Schröder", "Björn Müller")
_SPANISH = ("Begoña Núñez", "José Peña", "Lucía Ibáñez")
_NORDIC = ("Åse Bjørnstad", "Øyvind Sæther", "Signe Åberg")
_RUSSIAN = ("Ольга Смирнова", "Игорь Ким")

PLANS = (
    Plan(
        520,
        tuple(f"+1{area}N######" for area in _US_AREAS),
        ("Austin", "Boston", "Chicago", "San José", "NYC", "Seattle", "St. Louis"),
        _ENGLISH,
    ),
    Plan(40, ("+1800N######", "+1833N######", "+1866N######", "+1888N######"), ("toll free", "TF"), _ENGLISH),
    Plan(
        90,
        tuple(f"+1{area}N######" for area in _CANADIAN_AREAS),
        ("Toronto", "Montréal", "Vancouver", "Québec"),
        _ENGLISH + _FRENCH,
    ),
    Plan(12, ("+1787N######", "+1939N######", "+1809N######"), ("San Juan", "Santo Domingo"), _SPANISH),
    Plan(6, ("+1246423####", "+187692#####", "+1441295####"), ("Bridgetown", "Kingston", "Hamilton"), _ENGLISH),
    Plan(
        90,
        ("+442071######", "+44203#######", "+44161496####", "+44131496####", "+447400######", "+44800######"),
        ("London", "Manchester", "Edinburgh"),
        _ENGLISH,
    ),
    Plan(4, ("+44148172####", "+447781######"), ("St Peter Port", "Guernsey"), _ENGLISH),
    Plan(4, ("+44153472####", "+447797######"), ("St Helier", "Jersey"), _ENGLISH),
    Plan(3, ("+44162467####",), ("Douglas",), _ENGLISH),
    Plan(
        45,
        ("+4930#######", "+4989#######", "+49221######", "+491512#######", "+49176########"),
        ("München", "Köln", "Düsseldorf", "Berlin"),
        _GERMAN,
    ),
    Plan(30, ("+331########", "+3314#######", "+33800######"), ("Paris", "Besançon", "Orléans"), _FRENCH),
    Plan(20, ("+3491#######", "+3493#######", "+346########"), ("Málaga", "Madrid", "A Coruña"), _SPANISH),
    Plan(
        25,
        ("+55112#######", "+55113#######", "+55119########", "+552199#######"),
        ("São Paulo", "Goiânia", "Rio"),
        ("João Conceição", "Inês Araújo"),
    ),
    Plan(25, ("+6128#######", "+6139#######", "+6140#######"), ("Sydney", "Melbourne", "Perth"), _ENGLISH),
    Plan(25, ("+912226######", "+918041######", "+9198########"), ("Mumbai", "बेंगलुरु", "Delhi"), ("Anjali R.",)),
    Plan(18, ("+8135#######", "+816664#####", "+8180########", "+81120######"), ("東京", "大阪"), ("田中 花子",)),
    Plan(20, ("+5255########", "+5233########", "+52811#######"), ("México", "Guadalajara"), _SPANISH),
    Plan(6, ("+77272######", "+7701#######"), ("Алматы", "Astana"), _RUSSIAN),
    Plan(12, ("+7495#######", "+7812#######", "+7916#######"), ("Москва", "Санкт-Петербург"), _RUSSIAN),
    Plan(14, ("+3902########", "+3906########", "+39347#######"), ("Milano", "Forlì"), ("Niccolò Conti",)),
    Plan(2, ("+3906698#####",), ("Città del Vaticano",), ("Niccolò Conti",)),
    Plan(8, ("+4722######", "+479#######"), ("Tromsø", "Oslo"), _NORDIC),
    Plan(2, ("+477902####",), ("Longyearbyen",), _NORDIC),
    Plan(6, ("+468#######", "+4670#######"), ("Malmö", "Göteborg"), _NORDIC),
    Plan(8, ("+3120#######", "+31612345###"), ("Amsterdam",), ("Noël de Vries",)),
    Plan(6, ("+4822#######", "+48512######"), ("Łódź", "Kraków"), ("Żaneta Wójcik",)),
    Plan(6, ("+4144#######", "+4179#######"), ("Zürich", "Genève"), _GERMAN + _FRENCH),
    Plan(6, ("+3531#######", "+35387#######"), ("Dún Laoghaire", "Dublin"), _ENGLISH),
    Plan(6, ("+6561######", "+6581######"), ("Singapore",), ("Wei Ling Tan",)),
    Plan(5, ("+8210########",), ("서울",), ("김 민준",)),
    Plan(5, ("+8610########", "+86131########"), ("北京",), ("王 芳",)),
    Plan(6, ("+2711#######", "+2782#######"), ("Johannesburg",), _ENGLISH),
    Plan(4, ("+234803#######",), ("Lagos",), ("Chidi E.",)),
    Plan(5, ("+541141######", "+549114#######"), ("Córdoba",), _SPANISH),
    Plan(4, ("+63917#######",), ("Manila",), ("Ma. Peña-Cruz",)),
    Plan(3, ("+262262######", "+262692######", "+590590######", "+590690######"), ("Saint-Denis",), _FRENCH),
    Plan(3, ("+35891######", "+358181#####"), ("Mariehamn", "Jyväskylä"), ("Päivi Mäkelä",)),
    Plan(
        8,
        ("+800########", "+8835100########", "+88216########", "+870773######"),
        ("global", "satellite"),
        _ENGLISH,
    ),
)

FICTIONAL = ("+1312555014#", "+1617555016#", "+1604555013#", "+442079460###", "+447700900###", "+61491570###")
"""Ranges that regulators keep free for films and examples, typed in by somebody who was trying things out."""

IMPOSSIBLE = (
    "+1415555########",  # two numbers run together
    "+1NN######",  # a digit lost
    "+12####",
    "+1115N######",  # no such area code
    "+44020N#######",  # the trunk zero kept
    "+490N#########",
    "+330N########",
    "+999########",  # no such country code
    "+2100#######",
    "+141586753096",  # the number in Twilio's own examples, one digit too long
)
"""What accounts hold although no phone can have it."""

FIRST_WORDS = (
    "Acme", "Harbor", "Northwind", "Bluebird", "Cedar", "Summit", "Juniper", "Granite", "Lantern",
    "Meridian", "Copper", "Willow", "Orchard", "Falcon", "Sterling", "Riverbend", "Keystone",
    "Pinecrest", "Beacon", "Saffron", "Atlas", "Mosaic", "Vertex", "Evergreen", "Tidewater", "Quarry",
    "Maple", "Redwood", "Silverline", "Birch", "Cobalt", "Halcyon", "Ironwood", "Larkspur", "Monarch",
    "Nimbus", "Opal", "Prairie", "Rosewood", "Sequoia",
)  # fmt: skip

SECOND_WORDS = (
    "Dental", "Logistics", "Plumbing", "Foods", "Media", "Travel", "Insurance", "Robotics", "Pharmacy",
    "Motors", "Realty", "Textiles", "Energy", "Clinic", "Couriers", "Studio", "Labs", "Mortgage",
    "Catering", "Outfitters", "Security", "Books", "Fitness", "Printing", "Veterinary", "Optics",
    "Legal", "Tutoring",
)  # fmt: skip

LEGAL_FORMS = ("", "", "", " Inc.", " LLC", " Ltd", " GmbH", " & Sons", " Group")

DEPARTMENTS = (
    "Sales", "Support", "Billing", "Front Desk", "Dispatch", "HR", "Marketing", "Helpdesk", "Returns",
    "Scheduling", "After Hours", "Main Line", "IT", "Collections", "Recruiting", "Warehouse",
    "Emergency", "Reception",
)  # fmt: skip

LEFTOVERS = (
    "test", "TEST DO NOT USE", "old number", "temp", "delete me", "???", "asdf", "New Caller ID",
    "do not delete!!", "my cell", "backup line", "ported 2017?", "Copy of Main Line", "-", "n/a",
    "Unknown",
)  # fmt: skip

EMOJI = ("☎️", "📞", "🍕", "🚑", "✅", "⭐", "🇨🇦", "👩‍⚕️")
