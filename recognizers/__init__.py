"""Every recognizer, one list: adding one is its module, a line here, and its cases in ``tests/cases``.

The list names modules and imports none of them, so that ``releasable --help`` stays quick.
"""

from typing import Final

RECOGNIZERS: Final = (
    "us_ssn",
    "email_address",
    "phone_number",
    "date_of_birth",
    "credit_card",
    "bank_account",
    "us_tax_id",
    "ip_address",
    "us_driver_license",
    "us_passport",
    "license_plate",
    "tribal_id",
    "medical",
    "username",
    "password",
    "unique_identifier",
    "street_address",
    "person_name",
)
