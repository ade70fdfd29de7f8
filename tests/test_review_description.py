"""The interface for programs is what its description says: asked at random, no error of the server, no odd answer."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from officers import PASSWORD, running
from recordedcase import recorded

from pipeline.case.checking import check_case
from pipeline.case.store import Case
from pipeline.review import accounts
from pipeline.review.sessions import ROLES

pytestmark = pytest.mark.usefixtures("own_state")

EXAMPLES = 15
"""For each call, of each kind: as it is described, and otherwise."""


@pytest.mark.schemathesis
def test_the_interface_answers_as_its_description_says(tmp_path: Path) -> None:
    """Every call that the description lists, with a session, over HTTP; whatever is sent, the case stays whole."""
    import schemathesis
    from hypothesis import HealthCheck, given, settings
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    source = tmp_path / "in"
    source.mkdir()
    (source / "calls.txt").write_text("".join(f"Wilma Testperson: 406-555-01{at:02d}\n\n" for at in range(40)))
    case = recorded(tmp_path / "case", source)
    accounts.add(case, "officer", "the officer", frozenset(ROLES), PASSWORD, by="records officer")
    held = [
        not_a_server_error, checks.response_schema_conformance, checks.status_code_conformance,
        checks.content_type_conformance,
    ]  # fmt: skip
    at_random = settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    asked: dict[str, set[int]] = {}
    with running(case.folder, source) as server:
        given_here = {"login": "officer", "password": PASSWORD}
        token = httpx.post(f"{server.address}/api/sign-in", json=given_here).json()["token"]
        head = {"authorization": f"Bearer {token}"}
        described = httpx.get(f"{server.address}/api/openapi.json", headers=head).json()
        for result in schemathesis.openapi.from_dict(described).get_all_operations():
            operation = result.ok()
            for mode in GenerationMode:

                def ask(wanted) -> None:
                    answer = wanted.call_and_validate(base_url=server.address, headers=head, checks=held)
                    asked.setdefault(wanted.operation.label, set()).add(answer.status_code)

                at_random(given(wanted=operation.as_strategy(generation_mode=mode))(ask))()
    assert len(asked) == sum(len(each) for each in described["paths"].values())
    assert all(200 in answers for label, answers in asked.items() if label.startswith("GET") and "work" not in label)
    assert check_case(Case.open(case.folder)) == []
