"""IPv6 addresses are searched as addresses: in every spelling, and never as the beginning of another one."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import write
from conftest import PROJECT, Road
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.load import load
from pipeline.state import State
from pipeline.texts.digest import Keyed
from pipeline.texts.internet_addresses import FULL_LENGTH, addresses_in, full_form, is_inside_another
from pipeline.verify import Withheld, WithheldIndex, needles, search, views

KEYED = Keyed(b"a key made for the tests only..")
NETWORK = "2001:db8:17::"


def met(text: str, *values: str) -> list[str]:
    index = WithheldIndex(KEYED)
    for value in values:
        index.update(needles(Withheld("IP_ADDRESS", "r"), value, KEYED))
    return [view.text[hit.start : hit.end] for view in views(text) for hit in search([view], index, "r")]


@pytest.mark.parametrize(
    "text",
    [
        NETWORK, "from 2001:db8:17:: today", "2001:DB8:17::/48", "2001:0db8:0017:0000:0000:0000:0000:0000",
        "2001:db8:17:0:0:0:0:0", "[2001:db8:17::]:443", "net 2001:db8:17::.", "2001:db8:17::%eth0", "ip=2001:db8:17::;",
        "2001%3Adb8%3A17%3A%3A", "ip:2001:db8:17:0::0", "\u200b2001:db8:\u200b17::",
    ],
)  # fmt: skip
def test_an_equal_address_is_found_in_every_spelling(text: str) -> None:
    """In full, shortened, with zeros, in brackets, with a prefix length or a zone, encoded."""
    assert met(text, NETWORK)


@pytest.mark.parametrize(
    "text",
    [
        "2001:db8:17::5", "2001:db8:17:3::5", "2001:db8:17:0:0:0:0:5", "2001:db8:170::", "fe80:2001:db8:17::",
        "https://[2001:db8:17::80]/", "2001:db8:17::192.0.2.7",
    ],
)  # fmt: skip
def test_a_network_is_not_met_inside_a_longer_address(text: str) -> None:
    """A neighbour that is a group of the same address makes it another address."""
    assert not met(text, NETWORK)


@pytest.mark.parametrize("text", ["::ffff:192.0.2.77", "[::FFFF:c000:24d]:25", "0:0:0:0:0:ffff:c000:24d", "192.0.2.77"])
@pytest.mark.parametrize("value", ["192.0.2.77", "192[.]0[.]2[.]77"])
def test_an_ipv4_address_is_met_where_an_ipv6_address_stands_for_it(text: str, value: str) -> None:
    """In dotted form and in hex groups; no other address of the same kind is met."""
    assert met(f"from {text} at noon", value)
    assert not met("from ::ffff:c000:24e at noon, version 192.0.3", value)


def test_what_is_no_longer_address_hides_nothing() -> None:
    """Signs around it that make no address of it do not: the search stays on the side of finding."""
    assert met("1:2:3:4:5:6:7:2001:db8:17::", NETWORK)
    assert met("dash 2001-db8-17", NETWORK)
    assert met("192.0.2.1", "::ffff:192.0.2.1")
    assert met("::ffff:192.0.2.1", "192.0.2.1")
    assert met("::ffff:c000:201", "::ffff:192.0.2.1")


@pytest.mark.parametrize("spelling", ["2001:db8:5:6::a1", "2001:0DB8:0005:0006:0:0:0:00A1"])
@pytest.mark.parametrize(
    "around",
    [
        "Received: from a ([IPv6:{}]) by b", "IPv6:{}", "ip6:{}/128", "id:{}", "address::{}", "client{}", "12:30:01:{}",
        "{}:443", "[{}]:443", "IPv6:{}:443", "{}.443", "{}:host",
    ],
)  # fmt: skip
def test_a_word_a_time_or_a_port_beside_an_address_hides_it_not(around: str, spelling: str) -> None:
    """As mail servers and logs write it, in its own spelling and in another one."""
    assert met(around.format(spelling), "2001:db8:5:6::a1")


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_equal_addresses_are_equal_and_others_are_not(one: int, other: int) -> None:
    """Any address is met in full and shortened, and another one is not taken for it."""
    address = ipaddress.IPv6Address(one)
    assert len(full_form(str(address))) == FULL_LENGTH
    for spelling in (address.exploded, address.compressed, address.exploded.upper()):
        assert KEYED.digest("IP_ADDRESS", spelling) == KEYED.digest("IP_ADDRESS", str(address))
        assert met(f"at {spelling}, then", str(address))
    if one != other:
        assert full_form(str(ipaddress.IPv6Address(other))) != full_form(str(address))


def test_a_prefix_length_makes_another_value() -> None:
    """A network and the address that it begins with are two values; both are searched by the address."""
    assert KEYED.digest("IP_ADDRESS", "2001:db8::/32") != KEYED.digest("IP_ADDRESS", "2001:db8::")
    assert KEYED.digest("IP_ADDRESS", "2001:DB8:0::/32") == KEYED.digest("IP_ADDRESS", "2001:db8::/32")
    assert met("2001:db8::", "2001:db8::/32")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 12:30:45 today", []), ("a::b", ["a::b"]), ("std::string", []), ("::", ["::"]), ("", []),
        ("see fe80::1: it is", ["fe80::1"]), ("x2001:db8::1", ["2001:db8::1", "db8::1"]), ("...2001:db8::1...", ["2001:db8::1"]),
    ],
)  # fmt: skip
def test_where_an_address_stands(text: str, found: list[str]) -> None:
    """Times and program text are none; stops and a single colon of the sentence are no part of one."""
    assert [text[start:end] for start, end, _ in addresses_in(text)] == found


def test_hostile_text_is_read_in_linear_time() -> None:
    """Colons and digits without end are passed over."""
    for piece in ("a:", "::", "f", "1:2:3:4:5:6:7:8:"):
        text = piece * 200_000
        assert sum(1 for _ in addresses_in(text)) < 2
    assert not is_inside_another("plain", 0, 5)


@pytest.mark.parametrize("by_column", [True, False])
def test_a_withheld_network_lets_longer_addresses_stand(by_patterns: State, tmp_path: Path, by_column: bool) -> None:
    """A network beside a person's name is withheld in all its spellings; addresses that begin so are others."""
    text = (PROJECT / "configs/policies/montana.yaml").read_text(encoding="utf-8").partition("\nexamples:")[0]
    own = tmp_path / "own.yaml"
    own.write_text(text.replace("name: montana", "name: own", 1), encoding="utf-8")
    rows = "".join(f"2026-01-0{at % 9 + 1},2001:db8:17::{at + 1:x},ok\n" for at in range(30))
    letter = f"Wilma Testperson, wilma.testperson@example.com, wrote from the address {NETWORK} on Monday.\n"
    files = {"letter.txt": letter, "log.csv": f"day,client_ip,status\n{rows}2026-01-01,2001:0DB8:17:0:0:0:0:0,ok\n"}
    source = write(tmp_path / "in", files)
    job = replace(by_patterns.job, policy=str(own), by_column=by_column)
    state = replace(by_patterns, job=job, policy=load(own), shared=None, quiet=set(), clear=set())
    Road(state).release(source, tmp_path / "out")
    assert NETWORK not in (tmp_path / "out/records/letter.txt").read_text()
    log = (tmp_path / "out/records/log.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in log[1:31]] == [line.split(",")[1] for line in rows.splitlines()]
    assert log[31].split(",")[1].startswith("[REDACTED")
    told = json.loads((tmp_path / "out/release.json").read_bytes())
    assert told["totals"]["files"] == {"released": 2, "held": 0, "not_scanned": 0}
