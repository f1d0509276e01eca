from typing import Any, Dict, List, Mapping, Optional

import pytest
from conftest import Server

from kyc_graph import KycGraph
from kyc_graph.attempts import Operation
from kyc_graph.documents import as_subscription, read_document


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("query A { a }", "query", "A"),
        ("{ a }", "query", None),
        ("query { a }", "query", None),
        ("query($id: ID!) { a(id: $id) }", "query", None),
        ("# mutation B\n, \n mutation C { a }", "mutation", "C"),
        ("subscription D($a: ID) { a }", "subscription", "D"),
        ("\ufeff, # a note\r mutation E { a }", "mutation", "E"),
        ("mutation # a note {\n F { a }", "mutation", "F"),
    ],
)
def test_the_kind_and_the_name_of_an_operation(text: str, kind: str, name: Optional[str]) -> None:
    document = read_document(text)
    assert (document.kind, document.name) == (kind, name)


@pytest.mark.parametrize("text", ["", "# query", "fragment F on Query { a }"])
def test_a_text_begins_with_an_operation(text: str) -> None:
    with pytest.raises(TypeError):
        read_document(text)


@pytest.mark.parametrize(
    ("fields", "inputs"),
    [
        ("a(input: $x)", ["x"]),
        ("a(b: 1, input # a note :\n , : , $ x)", ["x"]),
        ("a(input: $x) b(input: $y) c(input: $x)", ["x", "y"]),
        ("a(input: { b: $x })", [None]),
        ("a(input: null) b(input: $x)", [None, "x"]),
        # What is no argument `input`.
        ("a(input: $x) { input: id }", ["x"]),
        ("a(b: { input: 1 }, input: $x)", ["x"]),
        ('a(b: "(input: 1", c: """\\"""(input: 1""", input: $x) # (input: 1)', ["x"]),
    ],
)
def test_the_inputs_of_a_mutation(fields: str, inputs: List[Optional[str]]) -> None:
    assert list(read_document(f"mutation A($input: I! = {{ input: 1 }}) {{ {fields}\n}}").inputs) == inputs


def test_a_query_becomes_a_subscription_whatever_comes_before_it() -> None:
    assert as_subscription("# A query.\nquery A { query }") == "# A query.\nsubscription A { query }"


def keyed(fields: str, variables: Mapping[str, Any], key: Optional[str] = "k") -> Operation:
    text = f"mutation A($x: I!, $y: I! = {{ e: 1 }}) {{ {fields} }}"
    return Operation(text, "A", variables, {}, 0.0).with_key(key, read_document(text).inputs)


TWO = "a(input: $x) { b } c(input: $y) { b }"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"x": {}, "y": {}}, {"x": "k", "y": "k:y"}),
        ({"x": {"idempotencyKey": "mine"}, "y": {}}, {"x": "mine", "y": "mine:y"}),
        ({"x": {}, "y": {"idempotencyKey": "mine"}}, {"x": "k", "y": "mine"}),
    ],
)
def test_the_inputs_of_one_document_have_keys_of_their_own(given: Dict[str, Any], sent: Dict[str, str]) -> None:
    operation = keyed(TWO, given)
    assert {name: value["idempotencyKey"] for name, value in operation.variables.items()} == sent
    assert operation.idempotency_key == sent["x"]


@pytest.mark.parametrize(
    ("fields", "variables"),
    [
        ("a(input: {}) { b }", {}),
        ("a(input: $x) { b } c(input: { d: 1 }) { b }", {"x": {}}),
        (TWO, {"x": {}}),
        ("a(input: $x) { b }", {"x": [{}]}),
        ("a { b }", {"x": {}}),
    ],
)
def test_a_mutation_of_which_an_input_cannot_have_a_key_is_refused(fields: str, variables: Mapping[str, Any]) -> None:
    with pytest.raises(TypeError):
        keyed(fields, variables)


CREATE = """# What begins with a note
mutation CreatePerson($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }"""
PERSON = {
    "isCustomer": True,
    "status": "ACTIVE",
    "firstName": "Pat",
    "lastName": "Py note",
    "dateOfBirth": "1990-01-01",
}


def test_a_mutation_that_begins_with_a_note_has_a_key(server: Server, kyc: KycGraph) -> None:
    server.break_connection(fault="drop-answer", operationName="CreatePerson")
    assert kyc.execute(CREATE, "CreatePerson", {"input": PERSON})["createPerson"]["replayed"]
    keys = [request["idempotencyKey"] for request in server.requests("CreatePerson")]
    assert len(keys) == 2 and keys[0] is not None and keys[0] == keys[1]


def test_a_document_whose_first_operation_is_another_one_is_refused(kyc: KycGraph) -> None:
    with pytest.raises(TypeError):
        kyc.execute("query A { viewer { client } } " + CREATE, "CreatePerson", {"input": PERSON})


def test_a_mutation_is_not_waited_for(kyc: KycGraph) -> None:
    with pytest.raises(TypeError):
        kyc.wait_for(kyc.execute, query=CREATE, operation_name="CreatePerson", variables={"input": PERSON})
