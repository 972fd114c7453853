"""The examples of the project's own documents, which the reference pages offer to try."""

from tests.support.servers.served import Served


def test_what_a_reference_page_offers_to_post_is_new_to_a_server_with_the_demo(filled: Served) -> None:
    tried = 0
    for endpoint in filled.services.registry.endpoints.values():
        if endpoint.operation.verb != "create":
            continue
        base = f"{endpoint.contract.base_path}{endpoint.operation.path}"
        content = endpoint.contract.document["paths"][endpoint.operation.path]["post"]["requestBody"]["content"]
        for name, example in content["application/json"].get("examples", {}).items():
            assert not {"id", "href"} & example["value"].keys(), (base, name)
            answer = filled.client.post(base, json=example["value"])
            assert answer.status_code == 201, (base, name, answer.text)
            tried += 1
    assert tried > 20
