from typing import Any, Callable, Dict, List

import httpx
import pytest

from kyc_graph import KycGraph, KycGraphError, OutcomeUnknownError, RetryPolicy

QUERY = "query Check($id: ID!) { verificationResult(id: $id) { state } }"
MUTATION = "mutation Write($input: WriteInput!) { write(input: $input) { id } }"
URL = "http://localhost/graphql"
RETRY = RetryPolicy(2, 0.001, 0.001)

Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, **options: Any) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer), **options)


def query(kyc: KycGraph) -> object:
    return kyc.execute(QUERY, "Check", {"id": "1"})


def mutate(kyc: KycGraph) -> object:
    return kyc.execute(MUTATION, "Write", {"input": {}})


def wait_for(kyc: KycGraph) -> object:
    return kyc.wait_for(kyc.payee_check, id="1", timeout=5)


@pytest.mark.parametrize("call", [query, mutate, wait_for])
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        pytest.param("t\n", {}, id="a token that ends with a line"),
        pytest.param("t ", {}, id="a token that ends with a space"),
        pytest.param("t\u20ac", {}, id="a token beyond ASCII"),
        pytest.param("t", {"x-purpose": "a\r\nb"}, id="a header of two lines"),
        pytest.param("t", {"x purpose": "a"}, id="a name with a space"),
    ],
)
def test_a_call_raises_what_cannot_be_sent_and_sends_nothing(
    call: Callable[[KycGraph], object], token: str, headers: Dict[str, str]
) -> None:
    sent: List[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        # As a connection does.
        raise httpx.LocalProtocolError("Illegal header value.")

    with KycGraph(URL, token, headers=headers, retry=RETRY, http_client=client(answer)) as kyc:
        with pytest.raises(ValueError) as failure:
            call(kyc)
    assert "t\n" not in str(failure.value) and sent == []


@pytest.mark.parametrize("value", ["", "a b\tc", "m\u00fcnchen".encode("latin-1")])
def test_a_header_that_can_be_sent_is_sent(value: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"purpose": len(request.headers["x-purpose"])}})

    with KycGraph(URL, "token", headers={"x-purpose": value}, http_client=client(answer)) as kyc:
        assert query(kyc) == {"purpose": len(value)}


@pytest.mark.parametrize("url", ["localhost:4000/graphql", "ftp://localhost/graphql", "/graphql", "https:///graphql"])
def test_an_address_to_which_nothing_can_be_sent_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        KycGraph(url, "token")


def test_an_address_may_be_relative_to_that_of_the_http_client() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"url": str(request.url)}})

    with KycGraph("/graphql", "token", http_client=client(answer, base_url="http://localhost")) as kyc:
        assert query(kyc) == {"url": URL}


def test_a_write_is_still_in_doubt_when_the_repeat_cannot_be_sent() -> None:
    # The first has expired.
    tokens = ["head.eyJleHAiOjB9.signature", "t\n"]

    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("Lost.")

    with KycGraph(URL, lambda: tokens.pop(0), retry=RETRY, http_client=client(answer)) as kyc:
        with pytest.raises(OutcomeUnknownError) as failure:
            mutate(kyc)
    assert (failure.value.attempts, type(failure.value.__cause__)) == (1, ValueError)
    assert failure.value.idempotency_key is not None


def raise_for_status(response: httpx.Response) -> None:
    response.raise_for_status()


def redirect(_: httpx.Request) -> httpx.Response:
    return httpx.Response(307, headers={"location": URL})


def redirect_elsewhere(request: httpx.Request) -> httpx.Response:
    if request.url.scheme == "ftp":
        raise httpx.UnsupportedProtocol("Not here.")
    return httpx.Response(307, headers={"location": "ftp://localhost/"})


def too_late(_: httpx.Request) -> httpx.Response:
    return httpx.Response(504)


@pytest.mark.parametrize(
    ("answer", "options", "cause"),
    [
        pytest.param(too_late, {"event_hooks": {"response": [raise_for_status]}}, httpx.HTTPStatusError, id="a hook"),
        pytest.param(redirect, {"follow_redirects": True}, httpx.TooManyRedirects, id="redirects"),
        pytest.param(
            redirect_elsewhere, {"follow_redirects": True}, httpx.UnsupportedProtocol, id="a redirect to another scheme"
        ),
    ],
)
def test_a_write_is_in_doubt_after_whatever_was_raised_when_it_was_sent(
    answer: Answer, options: Dict[str, Any], cause: type
) -> None:
    keys: List[bytes] = []

    def counted(request: httpx.Request) -> httpx.Response:
        keys.append(request.content)
        return answer(request)

    with KycGraph(URL, "token", retry=RETRY, http_client=client(counted, **options)) as kyc:
        with pytest.raises(OutcomeUnknownError) as failure:
            mutate(kyc)
        with pytest.raises(KycGraphError) as read:
            query(kyc)
    assert (failure.value.next, failure.value.attempts) == ("REPEAT", 2)
    key = failure.value.idempotency_key
    assert key is not None and key.encode() in keys[0] and len(set(keys)) == 2
    lost = failure.value.__cause__
    assert isinstance(lost, KycGraphError) and isinstance(lost.__cause__, cause)
    assert (read.value.code, read.value.idempotency_key) == ("NETWORK_ERROR", None)


def test_a_write_is_not_sent_by_a_client_that_is_closed() -> None:
    kyc = KycGraph(URL, "token", retry=RETRY, http_client=client(too_late))
    kyc.close()
    with pytest.raises(RuntimeError):
        mutate(kyc)
