"""The words a policy may use: entities, signals, flags, purposes, and the types that check them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.model import Kind
from recognizers.entities import ENTITIES

ANY_ENTITY: Final = "*"

SIGNALS: Final = frozenset(
    {
        "government_mailbox", "official_title", "roster", "agency_contact", "business_signature", "common_word",
        "minor", "propagated",
    }
)  # fmt: skip
"""The facts about a finding that a rule may ask for (see ``Finding.signals``)."""

FLAGS: Final = {
    "crime_victim": "a victim of a crime is named",
    "pupil_record": "it is the record of a pupil or student",
    "firearms_licensee": "it names holders of a firearms licence or permit",
    "listed_personnel": "it names law enforcement, judicial or other personnel whom the law lists",
    "listed_personnel_family": "it names the family of such personnel",
    "identify_by_last_four": "last four digits are needed to tell people apart",
}
"""What an officer states of a record because no detector sees it, with what it says in plain words."""

PURPOSES: Final = {
    "records_request": "an answer to a request under law",
    "third_party_use": "a use of its own by a third party, asked for by no law",
    "marketing": "marketing by a private company",
    "sale": "a sale",
    "service_updates": "mailings about the service",
    "forwarding": "handing a message on to the office or company that it is about",
}
"""What a copy is made for. Only ``records_request`` is a disclosure that law requires."""

ORIGINS: Final = {
    "motor_vehicle": "a motor vehicle record",
    "mvd": "a motor vehicle record (Montana's division)",
    "rmv": "a motor vehicle record (Massachusetts' registry)",
    "dmv": "a motor vehicle record (another state's department)",
    "generally_available": "law makes these records generally available",
    "internet_provider": "an Internet service provider collected it",
    "ebusiness": "the registration of a business at the portal",
    "business_registration": "the registration of a business",
    "personalization": "given to be served by one feature of the portal",
    "authentication": "given to be known again by the portal",
}
"""Where records come from, as the shipped packs ask for it."""

CONTEXTS: Final = {
    "personnel": "a personnel record",
    "disciplinary": "a discipline matter",
    "law_enforcement": "compiled for law enforcement",
}
"""What matter records belong to, as the shipped packs ask for it."""

CHANNELS: Final = {"online": "it came in online", "paper": "it came in on paper"}
"""How records came in, as the shipped packs ask for it."""

STATED_WORDS: Final = {"origin": ORIGINS, "context": CONTEXTS, "channel": CHANNELS}
"""The facts that are words of an office's own choice, and those that the shipped packs know."""

_CONSTITUENT: Final = "constituent"


def _listed(value: Any) -> Any:
    """Let a single word stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def _whose(value: Any) -> Any:
    """Read ``constituent`` as a private person: it is what offices call those who write to them."""
    found = _listed(value)
    if not isinstance(found, list | tuple):
        return found
    return tuple(Kind.PRIVATE.value if each == _CONSTITUENT else each for each in found)


def known_entities(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that are all entities (raises ValueError)."""
    for name in names:
        if name not in ENTITIES and name != ANY_ENTITY:
            raise ValueError(f"unknown entity; known are {', '.join(ENTITIES)}")
    return names


def _known_signals(names: tuple[str, ...]) -> tuple[str, ...]:
    if not SIGNALS.issuperset(names):
        raise ValueError(f"unknown signal; known are {', '.join(sorted(SIGNALS))}")
    return names


def known_flags(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that are all case flags (raises ValueError)."""
    if not set(names) <= set(FLAGS):
        raise ValueError(f"unknown flag; known are {', '.join(FLAGS)}")
    return names


def _known_purposes(names: tuple[str, ...]) -> tuple[str, ...]:
    if not set(names) <= set(PURPOSES):
        raise ValueError(f"unknown purpose; known are {', '.join(PURPOSES)}")
    return names


def _known_purpose(name: str) -> str:
    return _known_purposes((name,))[0]


Minor = Literal["minor"]
Purpose = Annotated[str, AfterValidator(_known_purpose)]
Recipient = Literal["requester", "public", "court", "agency"]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
SourceRule = Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]
Score = Annotated[float, Field(ge=0, le=1)]

_Several = Field(min_length=1)
Entities = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(known_entities), _Several]
Words = Annotated[tuple[Word, ...], BeforeValidator(_listed), _Several]
Signals = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_known_signals), _Several]
Flags = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(known_flags), _Several]
Purposes = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_known_purposes), _Several]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed), _Several]
Whose = Annotated[tuple[Kind | Minor, ...], BeforeValidator(_whose), _Several]
Recipients = Annotated[tuple[Recipient, ...], BeforeValidator(_listed), _Several]


class Strict(BaseModel):
    """Frozen, no unknown keys, and no error that repeats what was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
