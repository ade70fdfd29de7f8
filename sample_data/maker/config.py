"""The agency's own contacts and officials, in the shape of ``configs/``, and its word on a table."""

from __future__ import annotations

import csv
import io

from maker.cast import PEOPLE, Agency, Official

SOURCE = "made up for the sample case"
ABOUT = (
    "# The made-up agencies of the sample case, in the shape of configs/agency_contacts.yaml.",
    "# Phones and mailboxes of single officials stand here too: they are published on the agency's own pages.",
    "agencies:",
)


def officials() -> bytes:
    """Return the officials as CSV."""
    out = io.StringIO()
    out.write("# The made-up officials of the sample case, in the shape of configs/officials.csv.\n")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["given", "surname", "also", "title", "agency", "source", "from", "to"])
    for role, facts in PEOPLE["officials"].items():
        names = [facts[each] for each in ("given", "surname", "also", "title")]
        rows.writerow([*names, Official(role).agency.name, SOURCE, "2020-01-01", ""])
    return out.getvalue().encode("utf-8")


def contacts() -> bytes:
    """Return the agencies' contacts as YAML."""
    lines = list(ABOUT)
    for town in PEOPLE["agencies"]:
        agency, place = Agency(town), PEOPLE["towns"][town]
        domain = agency.facts["domain"]
        where = (
            f'street: {agency.facts["street"]}, city: {place["city"]}, state: {place["state"]}, zip: "{place["zip"]}"'
        )
        staff = [each["mailbox"] for each in PEOPLE["officials"].values() if each["agency"] == town]
        mailboxes = [f"{each}@{domain}" for each in (*agency.facts["mailboxes"], *staff)]
        lines += [
            f"  - name: {agency.name}",
            f"    source: {SOURCE}",
            "    addresses:",
            f"      - {{{where}}}",
            f"    phones: [{', '.join(agency.facts['phones'])}]",
            "    emails:",
            *(f"      - {each}" for each in mailboxes),
            f"    domains: [{domain}]",
            "",
        ]
    return "\n".join(lines).encode("utf-8")


PINS = """\
# The sample office's word on its tables, as pipeline/policy/column_pins.py describes it.
# A petition is attached to two messages: names and addresses, as on a distribution list. The officer looked at them:
# they were sent to the council, and nobody asks for a list to write to.
tables:
  - {file: "*07-petition.eml", distribution_list: cleared}
  - {file: "*constituent-mail.mbox", distribution_list: cleared}
"""


def write_config() -> dict[str, bytes]:
    """Return the files of the office's configuration folder."""
    return {
        "config/officials.csv": officials(),
        "config/agency_contacts.yaml": contacts(),
        "config/column_pins.yaml": PINS.encode("utf-8"),
    }
