"""Officers of a case: accounts, the lock after wrong passwords, roles, and TLS from files."""

from __future__ import annotations

import re
import ssl
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from casehelp import nothing_wrong, write
from reviewhelp import ORIGIN, browser, ended, examined, stranger
from test_review_browser import addresses
from typer.testing import CliRunner

from pipeline.case.checking import check_case
from pipeline.case.deciding import ACCEPT, Which, decide
from pipeline.case.standing import Told, append
from pipeline.case.store import Case, CaseError
from pipeline.cli.app import app
from pipeline.errors import UsageError
from pipeline.review import accounts
from pipeline.review.desk import Desk
from pipeline.review.serving import Listening, check_listening, serve
from pipeline.review.sessions import Officer
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

PASSWORD = "a long blue harbor"
LETTER = "Dear clerk,\ncall Wilma Testperson, 406-555-0123\n"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", "2026-7")


@pytest.fixture
def desk(tmp_path: Path, case: Case, loaded: State) -> Desk:
    return examined(case, write(tmp_path / "in", {"letter.txt": LETTER}), loaded)


def run(*words: str, typed: str = "") -> str:
    answer = CliRunner().invoke(app, ["officers", *words], input=typed)
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return answer.output


def sign_in(desk: Desk, login: str, password: str = PASSWORD):
    client = stranger(desk)
    answer = client.post("/sign-in", data={"login": login, "password": password}, headers={"origin": ORIGIN})
    return client, answer.status_code


def test_accounts_are_given_changed_and_taken_by_command(case: Case) -> None:
    """The password is asked for, stands nowhere, and every step is in the audit trail."""
    folder, typed = str(case.folder), f"{PASSWORD}\n{PASSWORD}\n"
    by = ("--by", "records officer")
    told = run("add", folder, "clerk", "--name", "second clerk", "--role", "reviewer", *by, typed=typed)
    assert PASSWORD not in told
    assert "clerk  second clerk  reviewer" in run("list", folder)
    run("roles", folder, "clerk", "--role", "auditor", "--role", "approver", *by)
    assert "approver auditor" in run("list", folder)
    run("disable", folder, "clerk", *by)
    assert "nobody has an account" in run("list", folder)
    done = [each.told["action"] for each in case.entries()]
    assert done[-3:] == ["officer added", "officer's roles changed", "officer removed"]
    assert not check_case(case)
    for file in case.folder.iterdir():
        assert PASSWORD.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("login", "name", "roles", "password"),
    [
        ("Clerk", "a clerk", {"reviewer"}, PASSWORD),
        ("clerk", "", {"reviewer"}, PASSWORD),
        ("clerk", "rule", {"reviewer"}, PASSWORD),
        ("clerk", "a clerk", {"owner"}, PASSWORD),
        ("clerk", "a clerk", set(), PASSWORD),
        ("clerk", "a clerk", {"reviewer"}, "too short"),
    ],
)
def test_what_is_not_fit_gives_no_account(case: Case, login: str, name: str, roles: set[str], password: str) -> None:
    """A bad login, name, role or password is refused, and nothing is written."""
    with pytest.raises(CaseError):
        accounts.add(case, login, name, frozenset(roles), password, by="x")
    assert not accounts.officers(case)


def test_nobody_takes_anothers_name(case: Case) -> None:
    """The name stands in the log for one person, in capitals too; a login is never given twice."""
    accounts.add(case, "clerk", "A Clerk", frozenset({"reviewer"}), PASSWORD, by="x")
    for login, name in (("clerk", "another"), ("other", "a clerk")):
        with pytest.raises(CaseError):
            accounts.add(case, login, name, frozenset({"approver"}), PASSWORD, by="x")
    accounts.end(case, "clerk", by="x")
    with pytest.raises(CaseError):
        accounts.add(case, "clerk", "another", frozenset({"approver"}), PASSWORD, by="x")


def test_five_wrong_passwords_lock_the_account(case: Case) -> None:
    """The right one is refused as well until the lock ends, and a desk that starts again lifts nothing."""
    accounts.add(case, "clerk", "a clerk", frozenset({"reviewer"}), PASSWORD, by="x")
    at = datetime(2026, 5, 4, tzinfo=UTC)
    for _ in range(accounts.MOST_FAILURES):
        with pytest.raises(accounts.SignInRefused):
            accounts.signed_in(case, "clerk", "wrong wrong wrong", at=at)
    again = Case.open(case.folder)
    with pytest.raises(accounts.SignInRefused):
        accounts.signed_in(again, "clerk", PASSWORD, at=at + accounts.LOCKED_FOR - timedelta(seconds=1))
    assert accounts.signed_in(again, "clerk", PASSWORD, at=at + accounts.LOCKED_FOR).name == "a clerk"
    assert not check_case(case)


def test_guesses_at_the_same_time_lock_the_account_too(case: Case) -> None:
    """Of twenty wrong passwords that come at once five are looked at, then the account is locked."""
    accounts.add(case, "clerk", "the clerk", frozenset({"reviewer"}), PASSWORD, by="x")

    def guess(number: int) -> None:
        with pytest.raises(accounts.SignInRefused):
            accounts.signed_in(case, "clerk", f"a wrong password {number}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(guess, range(20)))
    refused = [each for each in case.entries() if each.told["action"] == "sign-in refused"]
    assert len(refused) == accounts.MOST_FAILURES
    with pytest.raises(accounts.SignInRefused):
        accounts.signed_in(case, "clerk", PASSWORD)


@pytest.mark.models
def test_a_session_ends_with_its_account(desk: Desk) -> None:
    """Who loses the account or a role in another process is out at the next page."""
    for login in ("one", "two"):
        accounts.add(desk.case, login, f"clerk {login}", frozenset({"reviewer"}), PASSWORD, by="x")
    one, status = sign_in(desk, "one")
    two, _ = sign_in(desk, "two")
    assert status == 200
    assert one.get("/queue", follow_redirects=False).status_code == 200
    accounts.end(Case.open(desk.case.folder), "one", by="x")
    accounts.change_roles(Case.open(desk.case.folder), "two", frozenset({"auditor"}), by="x")
    for client in (one, two):
        assert client.get("/queue", follow_redirects=False).status_code == 303
    assert sign_in(desk, "one")[1] == 403
    assert sign_in(desk, "two")[1] == 200


@pytest.mark.models
def test_each_role_does_its_own(desk: Desk) -> None:
    """An auditor only looks, a reviewer makes no release, an approver decides no finding."""
    seen = desk.ledger.seen
    finding = desk.ledger.ids[0]
    decision = {"finding": finding, "way": "one", "action": "adopt", "reason": "as proposed", "seen": seen}
    for role, decides, releases in (("auditor", 403, 403), ("approver", 403, 200), ("reviewer", 200, 403)):
        accounts.add(desk.case, role, f"the {role}", frozenset({role}), PASSWORD, by="x")
        client, _ = sign_in(desk, role)
        head = {"origin": ORIGIN}
        assert client.get("/queue").status_code == 200
        assert client.post("/api/decisions", json=decision, headers=head).status_code == decides, role
        assert client.post("/api/release", json={}, headers=head).status_code == releases, role
        desk.bench.wait()


@pytest.mark.models
@pytest.mark.parametrize("role", ["auditor", "approver"])
def test_who_may_not_decide_is_offered_nothing_to_decide(desk: Desk, role: str) -> None:
    """No page ends in a refusal: what a role may not do has no button there."""
    at = browser(desk, role, role)
    at.post("/values", show="yes", to="/")
    allowed = {"/values", "/sign-out", "/search", "/release", "/lifts", "/sample"} - (
        {"/release"} if role == "auditor" else set()
    )
    offered = set()
    for address in addresses(desk):
        page = at.get(address)
        offered |= set(re.findall(r'<form method="post" action="([^"]+)"', page))
        assert 'name="do"' not in page, address
    assert {each for each in offered if not each.startswith(("/document/", "/queue"))} <= allowed, offered


@pytest.mark.models
def test_nobody_releases_what_they_decided_where_the_policy_asks_for_two(desk: Desk) -> None:
    """Another officer does; who decided and was taken back everywhere has decided nothing."""
    desk.road = replace(desk.road, policy=desk.policy.model_copy(update={"second_review": True}))
    both = frozenset({"reviewer", "approver"})
    for login in ("one", "two"):
        accounts.add(desk.case, login, f"clerk {login}", both, PASSWORD, by="x")
    one, two = sign_in(desk, "one")[0], sign_in(desk, "two")[0]
    head = {"origin": ORIGIN}
    asked = {"finding": desk.ledger.ids[0], "way": "one", "action": "adopt", "reason": "as proposed", "seen": 0}
    assert one.post("/api/decisions", json=asked, headers=head).status_code == 200
    refused = one.post("/api/release", json={}, headers=head)
    assert refused.status_code == 400
    assert "another" in refused.json()["remedy"]
    assert not desk.next_folder().exists()
    assert "own decisions" in one.post("/release", headers=head).text
    assert two.post("/api/release", json={}, headers=head).status_code == 200
    ended(desk)
    assert one.post("/api/undo", json={"number": 1}, headers=head).status_code == 200
    assert one.post("/api/release", json={}, headers=head).status_code == 200
    desk.bench.wait()


@pytest.mark.models
def test_taking_back_what_another_decided_is_a_decision_too(desk: Desk) -> None:
    """Who takes back a colleague's decision has had a say, and releases no more where the policy asks for two."""
    desk.road = replace(desk.road, policy=desk.policy.model_copy(update={"second_review": True}))
    which = Which(ids=(desk.ledger.ids[0],))
    decide(desk.case, which, "withhold", by="clerk one", reason="r", citation="§ 1", scanner=nothing_wrong)
    three, four = (Officer(each, f"clerk {each}", frozenset({"reviewer", "approver"})) for each in ("three", "four"))
    desk.undo(three, 1)
    with pytest.raises(CaseError, match="own decisions"):
        desk.release(three)
    desk.release(four)
    desk.bench.wait()


@pytest.mark.models
def test_letting_a_contradiction_stand_is_a_decision_too(desk: Desk) -> None:
    """Who lets two decisions stand that do not agree leaves the release to another, where the policy asks for two."""
    desk.road = replace(desk.road, policy=desk.policy.model_copy(update={"second_review": True}))
    two = Officer("two", "clerk two", frozenset({"reviewer", "approver"}))
    with desk.case.action("clerk two", "accepted differences") as doing:
        told = Told(doing.at, "clerk two", ACCEPT, "both may stand")
        number, digest = append(doing.session, desk.case.id, told, ["d" * 32])
        doing.about |= {"decision": number, "action": ACCEPT, "differences": 1, "sha256": digest}
    with pytest.raises(CaseError, match="own decisions"):
        desk.release(two)


@pytest.mark.models
def test_others_reach_the_desk_only_with_accounts_and_tls(desk: Desk, tmp_path: Path) -> None:
    """Without a certificate, or with nobody who could sign in, it does not listen on the network."""
    certificate, key = made_certificate(tmp_path)
    with pytest.raises(UsageError, match="needs TLS"):
        check_listening(desk, Listening("0.0.0.0"))
    with pytest.raises(UsageError, match="needs accounts"):
        check_listening(desk, Listening("0.0.0.0", 0, certificate, key))
    accounts.add(desk.case, "clerk", "a clerk", frozenset({"reviewer"}), PASSWORD, by="x")
    check_listening(desk, Listening("0.0.0.0", 0, certificate, key))


@pytest.mark.models
def test_the_desk_speaks_tls_with_the_certificate_of_the_files(desk: Desk, tmp_path: Path) -> None:
    """A client that trusts this certificate alone gets the sign-in; one that does not gets nothing."""
    certificate, key = made_certificate(tmp_path)
    address: list[str] = []
    opened = threading.Event()

    def told(where: str) -> None:
        address.append(where)
        opened.set()

    threading.Thread(target=serve, args=(desk, Listening("127.0.0.1", 0, certificate, key), told), daemon=True).start()
    assert opened.wait(20)
    assert address[0].startswith("https://")
    trusted = ssl.create_default_context(cafile=str(certificate))
    with urllib.request.urlopen(f"{address[0]}/sign-in", context=trusted, timeout=20) as answer:
        assert answer.status == 200
    with pytest.raises(OSError, match=r"(?i)certificate"):
        urllib.request.urlopen(f"{address[0]}/sign-in", timeout=20)


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key, as files."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, path = folder / "desk.pem", folder / "desk.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    path.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return certificate, path


@pytest.mark.models
def test_a_program_signs_in_and_no_other_site_does(desk: Desk, case: Case) -> None:
    """A program sends neither Origin nor a cookie; a browser always says where a form comes from."""
    accounts.add(case, "clerk", "a clerk", frozenset({"reviewer"}), PASSWORD, by="x")
    given = {"login": "clerk", "password": PASSWORD}
    client = stranger(desk)
    for headers in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/sign-in", json=given, headers=headers).status_code == 403
    answer = client.post("/api/sign-in", json=given)
    assert answer.status_code == 200
    shown = {"authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/case", headers=shown).json()["run"] == 1
    assert client.post("/sign-in", data=given).status_code == 403
