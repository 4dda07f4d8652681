"""Ordinary customers of Fabrikam: everything is in order, and there are enough of them to search and page through."""

from __future__ import annotations

from webapp.demo.cast_customers import Bought, Example, Relation
from webapp.demo.cast_situations import REPORTING

SUPPORTING = Relation("Fabrikam", kind="granular", roles=("service_support_administrator",), ends_in_days=540)
LETTERS = {
    "a": Bought("azure"),
    "t": Bought("azure", label="Azure test"),
    "m": Bought("microsoft365"),
    "d": Bought("dynamics365"),
    "e": Bought("ems"),
    "x": Bought("marketplace", REPORTING),
}

_ROWS = (
    ("Adventure Works", "adventure-works.com", "SE", "am"),
    ("Baldwin Museum", "baldwinmuseumofscience.com", "GB", "a"),
    ("Bellows College", "bellowscollege.com", "IE", "me"),
    ("Best For You Organics", "bestforyouorganics.com", "DE", "md"),
    ("Björk & Dal Möbler", "bjork-dal.example", "SE", "md"),
    ("City Power & Light", "cpandl.com", "GB", "a"),
    ("Consolidated Messenger", "consolidatedmessenger.com", "NL", "m"),
    ("Fincher Architects", "fincher-architects.example", "FI", "am"),
    ("First Up Consultants", "firstupconsultants.com", "NO", "am"),
    ("Håkans Åkeri", "hakans-akeri.example", "SE", "m"),
    ("Järnvägsverkstaden i Örebro", "jarnvagsverkstaden.example", "SE", "ae"),
    ("Lamna Healthcare", "lamnahealthcare.com", "IE", "ame"),
    ("Liberty's Delightful Sinful Bakery & Cafe", "libertysdelightfulsinfulbakeryandcafe.com", "FR", "m"),
    ("Malmö Cykelverkstad", "malmo-cykelverkstad.example", "SE", "m"),
    ("Munson's Pickles and Preserves", "munsonspicklesandpreservesfarm.com", "DK", "md"),
    ("Nod Publishers", "nodpublishers.com", "FI", "m"),
    ("Parnell Aerospace", "parnell-aerospace.example", "FR", "ate"),
    ("Southridge Video", "southridgevideo.com", "DE", "mx"),
    ("Tasmanian Traders", "tasmanian-traders.example", "NL", "md"),
    ("The Phone Company", "thephone-company.com", "GB", "am"),
    ("Wide World Importers", "wideworldimporters.com", "NL", "amd"),
    ("Woodgrove Bank", "woodgrovebank.com", "GB", "atme"),
    ("Åre Skidskola", "are-skidskola.example", "SE", "m"),
    ("Östersjö Hamn", "ostersjo-hamn.example", "SE", "amx"),
    ("Городской архив", "gorodskoy-arkhiv.example", "LV", "m"),
    ("Медовая пасека", "medovaya-paseka.example", "EE", "m"),
    ("Полярная звезда", "polyarnaya-zvezda.example", "LV", "am"),
    ("Речной порт", "rechnoy-port.example", "LV", "ad"),
    ("山海物流", "shanhai-wuliu.example", "DE", "am"),
    ("晨光书店", "chenguang-shudian.example", "SE", "m"),
    ("東海電子", "donghai-dianzi.example", "NL", "ae"),
)
"""Name, domain, country, and what was bought, a letter each."""


def _example(name: str, domain: str, country: str, bought: str) -> Example:
    label = domain.partition(".")[0].replace("-", "")
    return Example(
        name=name,
        domain=domain,
        initial_domain=f"{label}.onmicrosoft.com",
        country=country,
        bought=tuple(LETTERS[letter] for letter in bought),
        relations=(SUPPORTING,),
    )


ORDINARY = tuple(_example(*row) for row in _ROWS)
