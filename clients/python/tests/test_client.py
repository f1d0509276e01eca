import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from email.utils import formatdate
from typing import List

import pytest
from conftest import Server

from kyc_graph import (
    AccountIdScheme,
    AccountToVerifyInput,
    AccountVerificationType,
    CreateCustomerInput,
    CreatePersonInput,
    KycGraph,
    KycGraphError,
    OutcomeUnknownError,
    PersonStatus,
    RetryPolicy,
    VerifyAccountInput,
)

ADA = "a0000000-0000-4000-8000-000000000001"


def person(last_name: str) -> CreatePersonInput:
    return CreatePersonInput(
        isCustomer=True,
        status=PersonStatus.ACTIVE,
        firstName="Pat",
        lastName=last_name,
        dateOfBirth=date(1991, 2, 3),
    )


def persons_named(kyc: KycGraph, last_name: str) -> List[str]:
    """The ids of the persons whose last name begins with this one, as the provider has them."""
    ids, after = [], None
    query = """query Persons($after: String) {
      persons(first: 100, after: $after) { nodes { id lastName } pageInfo { hasNextPage endCursor } }
    }"""
    while True:
        page = kyc.execute(query, "Persons", {"after": after})["persons"]
        ids += [node["id"] for node in page["nodes"] if f"{node['lastName']} ".startswith(f"{last_name} ")]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return ids


TIMED_OUT = {"errors": [{"status": "504", "title": "Gateway Timeout"}]}
"""How gateways answer when the server is too slow for them (JSON:API)."""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("lost answers", {"fault": "drop-answer", "times": 2}),
        ("lost requests", {"fault": "drop-request", "times": 3}),
        ("a page of a proxy", {"fault": "status", "status": 502, "body": "<html>"}),
        ("an overloaded proxy", {"fault": "status", "status": 503, "body": ""}),
        ("a request that still runs", {"fault": "leave"}),
        ("a proxy that is too slow", {"fault": "replace", "status": 504, "body": TIMED_OUT, "times": 2}),
        ("a reset within the body", {"fault": "reset", "times": 2}),
        ("a body that ends too early", {"fault": "truncate", "times": 2}),
        ("a body in another encoding", {"fault": "garble", "times": 2}),
    ],
)
def test_a_write_is_done_once(server: Server, kyc: KycGraph, name: str, fault: dict) -> None:
    server.break_connection(**fault, operationName="CreatePerson")
    created = kyc.create_person(person(f"Py {name}")).create_person
    assert persons_named(kyc, f"Py {name}") == [created.person.id]
    assert len({request["idempotencyKey"] for request in server.requests("CreatePerson")}) == 1


def test_forty_writes_under_faults_of_every_kind_are_each_done_once(server: Server, kyc: KycGraph) -> None:
    for i, fault in enumerate(["drop-answer", "leave", "drop-request", "status"] * 4):
        server.break_connection(fault=fault, status=429 + (i % 2) * 74, times=1 + i % 3)
    server.break_provider("synctera", match="POST /v0/persons", fault="drop-after-apply", times=5)
    server.break_provider("synctera", match="POST /v0/persons", fault="status", status=503, times=5)
    with ThreadPoolExecutor(10) as pool:
        answers = [pool.submit(kyc.create_person, person(f"Pystorm {i}")) for i in range(40)]
        server.restart(50)
    ids = [answer.result().create_person.person.id for answer in answers]
    assert sorted(persons_named(kyc, "Pystorm")) == sorted(ids)


def test_a_lost_write_that_may_not_be_repeated_is_to_be_read_back(server: Server, kyc: KycGraph) -> None:
    server.break_provider("obp", match="POST /**/customers", fault="drop-after-apply")
    customer = CreateCustomerInput(
        legalName="Lost Customer",
        mobilePhoneNumber="+447911000002",
        email="lost@example.com",
        dateOfBirth=date(1990, 1, 1),
        relationshipStatus="single",
        highestEducationAttained="Master",
        employmentStatus="worker",
        kycStatus=False,
        lastOkDate=datetime.fromisoformat("2024-05-01T09:00:00+00:00"),
    )
    with pytest.raises(OutcomeUnknownError) as failure:
        kyc.create_customer(customer, idempotency_key="py-lost-customer")
    assert (failure.value.next, failure.value.attempts) == ("READ_BACK", 1)
    assert failure.value.idempotency_key == "py-lost-customer"


def test_a_write_whose_answers_are_lost_is_to_be_repeated_with_its_key(server: Server, kyc: KycGraph) -> None:
    server.break_connection(fault="drop-answer", operationName="CreatePerson")
    server.break_connection(fault="status", status=503, operationName="CreatePerson", times=2)
    with KycGraph(server.url, server.token, retry=RetryPolicy(3, 0.001, 0.001)) as impatient:
        with pytest.raises(OutcomeUnknownError) as failure:
            impatient.create_person(person("Py doubt"))
    assert failure.value.next == "REPEAT"
    repeated = kyc.create_person(person("Py doubt"), idempotency_key=failure.value.idempotency_key).create_person
    assert repeated.replayed
    assert persons_named(kyc, "Py doubt") == [repeated.person.id]


def test_a_write_is_still_in_doubt_when_the_token_provider_fails_before_the_repeat(server: Server) -> None:
    given = [server.token(claims={"exp": int(time.time()) + 1})]
    cause = RuntimeError("The issuer is away.")

    def token() -> str:
        if given:
            return given.pop()
        raise cause

    server.break_connection(fault="drop-answer", operationName="CreatePerson")
    with KycGraph(server.url, token, retry=RetryPolicy(3, 2, 2)) as kyc:
        with pytest.raises(OutcomeUnknownError) as failure:
            kyc.create_person(person("Py no token"), idempotency_key="py-no-token")
    assert (failure.value.next, failure.value.attempts) == ("REPEAT", 1)
    assert (failure.value.idempotency_key, failure.value.__cause__) == ("py-no-token", cause)


@pytest.mark.parametrize("status", [429, 503])
def test_a_query_is_repeated_no_sooner_than_the_server_says(server: Server, kyc: KycGraph, status: int) -> None:
    server.break_connection(fault="status", status=status, headers={"retry-after": "1"}, operationName="PersonById")
    assert kyc.person_by_id(ADA).person.id == ADA
    first, second = (request["at"] for request in server.requests("PersonById"))
    assert second - first >= 1000


def test_the_token_provider_is_called_again_when_the_server_refuses_the_token(server: Server) -> None:
    now = int(time.time())
    tokens = iter([server.token(claims={"iat": now - 120, "exp": now - 60}), server.token()])
    with KycGraph(server.url, lambda: next(tokens)) as kyc:
        assert kyc.person_by_id(ADA).person.id == ADA
    assert len(server.requests("PersonById")) == 2


PAGE = {"status": 200, "body": "<html>", "headers": {"content-type": "text/html"}}


RESET = {"status": 503, "body": "upstream connect error or disconnect/reset before headers"}
OVERLOADED = {"errors": [{"message": "Wait.", "extensions": {"code": "OVERLOADED", "retryable": True}}]}
"""A refusal of the server's own."""


@pytest.mark.parametrize("answer", [PAGE, {"status": 504, "body": TIMED_OUT}, RESET], ids=["page", "error", "503"])
def test_a_write_whose_answer_a_proxy_has_lost_is_in_doubt(server: Server, answer: dict) -> None:
    server.break_connection(fault="replace", **answer, operationName="CreatePerson")
    with KycGraph(server.url, server.token, retry=RetryPolicy(1)) as impatient:
        with pytest.raises(OutcomeUnknownError) as failure:
            impatient.create_person(person("Py proxied"))
    assert failure.value.next == "REPEAT"


REFUSED = {"errors": [{"message": "No.", "extensions": {"code": "CONFLICT", "retryable": False}}]}
UNFORESEEN = {"code": "INTERNAL_SERVER_ERROR", "retryable": False, "correlationId": "c-1"}


def unforeseen(data: object) -> dict:
    """An error that the server did not foresee, of a field or of the whole request."""
    return {"errors": [{"message": "Wrong.", "extensions": UNFORESEEN}], "data": data}


@pytest.mark.parametrize(
    "answer",
    [{"status": 200, "body": unforeseen({"createPerson": None})}, {"status": 500, "body": unforeseen(None)}],
    ids=["a field", "the whole request"],
)
def test_a_write_is_in_doubt_when_the_server_did_not_foresee_an_error(
    server: Server, kyc: KycGraph, answer: dict
) -> None:
    server.break_connection(fault="replace", **answer, operationName="CreatePerson")
    name = f"Py unforeseen {answer['status']}"
    with pytest.raises(OutcomeUnknownError) as failure:
        kyc.create_person(person(name))
    error = failure.value
    assert (error.next, error.attempts, error.status) == ("REPEAT", 1, answer["status"])
    assert error.correlation_id == "c-1"
    assert isinstance(error.__cause__, KycGraphError) and error.__cause__.code == "INTERNAL_SERVER_ERROR"
    repeated = kyc.create_person(person(name), idempotency_key=error.idempotency_key).create_person
    assert repeated.replayed
    assert persons_named(kyc, name) == [repeated.person.id]


ROUTER = {"code": "SUBREQUEST_HTTP_ERROR", "service": "kyc"}
ROUTED = {"errors": [{"message": "Lost.", "extensions": ROUTER}], "data": {"createPerson": None}}
"""How a router answers that has lost the answer of the server behind it."""


def test_a_write_is_in_doubt_when_an_error_is_not_the_servers_own(server: Server, kyc: KycGraph) -> None:
    server.break_connection(fault="replace", status=200, body=ROUTED, operationName="CreatePerson")
    with pytest.raises(OutcomeUnknownError) as failure:
        kyc.create_person(person("Py routed"))
    error = failure.value
    assert (error.next, error.attempts, error.status) == ("REPEAT", 1, 200)
    assert isinstance(error.__cause__, KycGraphError) and error.__cause__.code == ROUTER["code"]
    assert kyc.create_person(person("Py routed"), idempotency_key=error.idempotency_key).create_person.replayed


NOT_WRITTEN = {"createPerson": None}


def forbidden(data: dict, **parts: object) -> dict:
    """A refusal that comes before the server looks for the key, where it does not say `replayed`."""
    path = {"path": parts.pop("path")} if "path" in parts else {}
    extensions = {"code": "FORBIDDEN", "retryable": False, **parts}
    return {"errors": [{"message": "No.", "extensions": extensions, **path}], "data": data}


@pytest.mark.parametrize(
    ("code", "body"),
    [
        pytest.param("OUTCOME_UNKNOWN", unforeseen({"createPerson": None}), id="an unforeseen error"),
        pytest.param("OUTCOME_UNKNOWN", ROUTED, id="an error of a router"),
        pytest.param("OUTCOME_UNKNOWN", forbidden(NOT_WRITTEN), id="a refusal that comes before the key"),
        pytest.param("OUTCOME_UNKNOWN", forbidden(NOT_WRITTEN, code="NOT_FOUND"), id="NOT_FOUND without replayed"),
        pytest.param("FORBIDDEN", forbidden(NOT_WRITTEN, replayed=True), id="the refusal of the first attempt"),
        pytest.param(
            "NOT_FOUND",
            forbidden(NOT_WRITTEN, code="NOT_FOUND", replayed=True),
            id="the NOT_FOUND of the first attempt",
        ),
        pytest.param(
            "FORBIDDEN",
            forbidden({"createPerson": {"person": None}}, path=["createPerson", "person"]),
            id="an answer of which a field is refused",
        ),
        pytest.param(
            "OUTCOME_UNKNOWN",
            {"errors": REFUSED["errors"] + OVERLOADED["errors"], "data": None},
            id="two errors of which one is retryable",
        ),
        pytest.param("CONFLICT", REFUSED, id="a refusal for good"),
    ],
)
def test_a_lost_write_is_in_doubt_until_the_repeat_says_what_became_of_it(
    server: Server, kyc: KycGraph, code: str, body: dict
) -> None:
    server.break_connection(fault="drop-request", operationName="CreatePerson")
    server.break_connection(fault="status", status=200, body=body, operationName="CreatePerson")
    with pytest.raises(KycGraphError) as failure:
        kyc.create_person(person("Py lost"))
    assert (failure.value.code, failure.value.attempts) == (code, 2)


@pytest.mark.parametrize(
    ("code", "answer"),
    [("RATE_LIMITED", {"status": 429}), ("OVERLOADED", {"status": 503, "body": OVERLOADED})],
    ids=["a proxy", "the server"],
)
def test_a_write_that_was_not_executed_is_plainly_refused(server: Server, code: str, answer: dict) -> None:
    server.break_connection(fault="status", **answer, operationName="CreatePerson", times=2)
    with KycGraph(server.url, server.token, retry=RetryPolicy(2, 0.001, 0.001)) as impatient:
        with pytest.raises(KycGraphError) as failure:
            impatient.create_person(person(f"Py refused {code}"))
        assert (failure.value.code, failure.value.status) == (code, answer["status"])
        assert persons_named(impatient, f"Py refused {code}") == []


@pytest.mark.parametrize(
    "body",
    [
        {"errors": {}},
        {"errors": ["Bad gateway"]},
        {"errors": []},
        {"errors": [None]},
        {"data": "Bad gateway"},
        "[" * 9999,
    ],
    ids=lambda body: str(body)[:30],
)
def test_an_answer_that_is_none_of_the_server_is_repeated(server: Server, kyc: KycGraph, body: object) -> None:
    server.break_connection(fault="status", status=502, body=body, operationName="PersonById")
    assert kyc.person_by_id(ADA).person.id == ADA
    assert len(server.requests("PersonById")) == 2


def test_a_date_in_retry_after_is_by_the_clock_of_who_sent_it(server: Server, kyc: KycGraph) -> None:
    hour_ago = int(time.time()) - 3600
    headers = {"date": formatdate(hour_ago, usegmt=True), "retry-after": formatdate(hour_ago + 2, usegmt=True)}
    server.break_connection(fault="status", status=503, headers=headers, operationName="PersonById")
    assert kyc.person_by_id(ADA).person.id == ADA
    first, second = (request["at"] for request in server.requests("PersonById"))
    assert second - first >= 2000


def test_errors_have_the_fields_of_their_code(kyc: KycGraph) -> None:
    account = AccountToVerifyInput(id="no iban", idScheme=AccountIdScheme.IBAN, name="Accepted,Ada")
    with pytest.raises(KycGraphError) as failure:
        kyc.check_payee(VerifyAccountInput(account=account, types=[AccountVerificationType.NAME]))
    assert failure.value.code == "BAD_USER_INPUT"
    assert list(failure.value.extensions["fields"]) == ["input.account.id"]


def test_wait_for_answers_the_final_state_over_lost_answers(server: Server, kyc: KycGraph) -> None:
    account = AccountToVerifyInput(id="90070020000030", idScheme=AccountIdScheme.SCAN, name="Accepted,Ada")
    begun = kyc.check_payee(VerifyAccountInput(account=account, types=[AccountVerificationType.NAME])).verify_account
    assert begun.result.state == "PENDING"
    server.break_connection(fault="drop-answer", operationName="PayeeCheck", times=2)
    ended = kyc.wait_for(kyc.payee_check, id=begun.result.id)
    assert ended.verification_result.state == "COMPLETED"


def test_wait_for_ends_with_the_last_state_when_its_time_is_over(kyc: KycGraph) -> None:
    account = AccountToVerifyInput(id="90070020000031", idScheme=AccountIdScheme.SCAN, name="Accepted,Ada")
    begun = kyc.check_payee(VerifyAccountInput(account=account, types=[AccountVerificationType.NAME])).verify_account
    with pytest.raises(KycGraphError) as failure:
        kyc.wait_for(kyc.payee_check, id=begun.result.id, timeout=1.5)
    assert failure.value.code == "TIMEOUT"
    assert failure.value.data["verificationResult"]["state"] == "PENDING"


def test_the_rows_of_a_list_come_page_by_page_each_once(server: Server, kyc: KycGraph) -> None:
    server.break_connection(fault="drop-answer", operationName="CustomersWithPersons", times=2)
    ids = [row.id for row in kyc.nodes(kyc.customers_with_persons, lambda page: page.customers, first=15)]
    assert len(ids) > 40
    assert len(set(ids)) == len(ids)
