from typing import List

import pytest
from conftest import Server

from kyc_graph import AccountIdScheme, AccountToVerifyInput, AccountVerificationType, KycGraph, KycGraphError
from kyc_graph import VerifyAccountInput
from kyc_graph.dpop import DpopKey

ADA = "a0000000-0000-4000-8000-000000000001"


def bound_to(server: Server, key: DpopKey, given: List[str]):
    """Gets tokens that are bound to a key, and notes them."""

    def token() -> str:
        given.append(server.token(claims={"cnf": {"jkt": key.thumbprint()}}))
        return given[-1]

    return token


def test_each_request_has_a_proof_of_its_own_with_the_nonce_that_the_server_asks_for(server: Server) -> None:
    key, given = DpopKey(), []
    with KycGraph(server.url, bound_to(server, key, given), dpop=key) as kyc:
        for _ in range(3):
            assert kyc.person_by_id(ADA).person.id == ADA
    # The first request is told the nonce, and repeated with the same token; the others have it.
    assert len(server.requests("PersonById")) == 4
    assert len(given) == 1


def test_a_stream_has_a_proof_too(server: Server) -> None:
    key, given = DpopKey(), []
    with KycGraph(server.url, bound_to(server, key, given), dpop=key) as kyc:
        account = AccountToVerifyInput(id="90070020000030", idScheme=AccountIdScheme.SCAN, name="Accepted,Ada")
        check = VerifyAccountInput(account=account, types=[AccountVerificationType.NAME], maxAgeSeconds=0)
        begun = kyc.check_payee(check).verify_account
        assert kyc.wait_for(kyc.payee_check, id=begun.result.id).verification_result.state == "COMPLETED"
    assert [request["accept"] for request in server.requests("PayeeCheck")] == ["text/event-stream"]
    assert len(given) == 1


def test_a_stream_that_comes_first_is_told_the_nonce(server: Server, kyc: KycGraph) -> None:
    account = AccountToVerifyInput(id="90070010000001", idScheme=AccountIdScheme.SCAN, name="Accepted,Ada")
    begun = kyc.check_payee(VerifyAccountInput(account=account, types=[AccountVerificationType.NAME])).verify_account
    key, given = DpopKey(), []
    with KycGraph(server.url, bound_to(server, key, given), dpop=key) as bound:
        assert bound.wait_for(bound.payee_check, id=begun.result.id).verification_result.state == "COMPLETED"
    assert len(server.requests("PayeeCheck")) == 2
    assert len(given) == 1


def test_a_token_of_another_key_is_refused(server: Server) -> None:
    with KycGraph(server.url, bound_to(server, DpopKey(), []), dpop=DpopKey()) as kyc:
        with pytest.raises(KycGraphError) as failure:
            kyc.person_by_id(ADA)
    assert failure.value.code == "UNAUTHENTICATED"
