import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator, List

import httpx
import pytest

from kyc_graph import KycGraph, KycGraphError, tokens
from kyc_graph.tokens import TokenCache


class Provider:
    """A token provider that hangs at its first call, until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.called = threading.Event()
        self.let_go = threading.Event()

    def __call__(self) -> str:
        self.calls += 1
        call = self.calls
        if call == 1:
            self.called.set()
            self.let_go.wait(30)
        return f"token {call}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.let_go.set()


def later() -> float:
    return time.monotonic() + 20


def test_a_call_of_the_provider_that_hangs_does_not_stop_the_others(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "PROVIDER_SECONDS", 0.3)
    cache = TokenCache(provider)
    with ThreadPoolExecutor(4) as pool:
        hanging = pool.submit(cache.token, later())
        assert provider.called.wait(5)
        begun = time.monotonic()
        others = [pool.submit(cache.token, later()) for _ in range(3)]
        assert [other.result() for other in others] == ["token 2"] * 3
        assert time.monotonic() - begun >= 0.2
        provider.let_go.set()
        # What came late is for its own call alone.
        assert (hanging.result(), cache.token(later())) == ("token 1", "token 2")
    assert provider.calls == 2


def test_calls_at_the_same_time_share_one_call_of_the_provider(provider: Provider) -> None:
    cache = TokenCache(provider)
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(cache.token, later()) for _ in range(5)]
        assert provider.called.wait(5)
        provider.let_go.set()
        assert [call.result() for call in waiting] == ["token 1"] * 5
    assert provider.calls == 1


def test_calls_at_the_same_time_share_the_failure_of_the_provider() -> None:
    begun, let_go, calls = threading.Event(), threading.Event(), []

    def fail() -> str:
        calls.append(1)
        begun.set()
        let_go.wait(10)
        raise TimeoutError("The issuer is away.")

    cache = TokenCache(fail)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.token, later())
        assert begun.wait(5)
        second = pool.submit(cache.token, later())
        time.sleep(0.1)
        let_go.set()
        for call in (first, second):
            with pytest.raises(TimeoutError, match="The issuer is away"):
                call.result()
    assert len(calls) == 1


def client(provider: Provider, sent: List[httpx.Request]) -> KycGraph:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"data": {"person": None}})

    return KycGraph("http://localhost/", provider, http_client=httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_call_waits_for_the_token_of_another_one_within_its_own_time(provider: Provider) -> None:
    sent: List[httpx.Request] = []
    with client(provider, sent) as kyc, ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(kyc.person_by_id, "1")
        assert provider.called.wait(5)
        for waiting in (kyc.person_by_id, lambda id, timeout: kyc.wait_for(kyc.person_by_id, id=id, timeout=timeout)):
            with pytest.raises(KycGraphError) as failure:
                waiting("1", timeout=0.1)
            assert (failure.value.code, failure.value.retryable) == ("TIMEOUT", True)
        assert sent == []
        provider.let_go.set()
        assert hanging.result().person is None


def test_nothing_is_sent_when_the_token_comes_after_the_time_of_the_call(provider: Provider) -> None:
    sent: List[httpx.Request] = []
    with client(provider, sent) as kyc:
        threading.Timer(0.3, provider.let_go.set).start()
        with pytest.raises(KycGraphError) as failure:
            kyc.person_by_id("1", timeout=0.1)
    assert (failure.value.code, sent) == ("TIMEOUT", [])
