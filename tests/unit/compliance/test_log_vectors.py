import json
from pathlib import Path

import pytest

from services.compliance.log.vectors import run_vectors

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "merkle-proof-vectors.json"
ROOT = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="


def inclusion(**changes: object) -> dict[str, object]:
    return {
        "name": "one leaf",
        "leafIdx": 0,
        "treeSize": 1,
        "root": ROOT,
        "leafHash": ROOT,
        "proof": None,
        "wantErr": False,
    } | changes


def file_of(**sections: object) -> bytes:
    return json.dumps(sections).encode()


def test_every_published_merkle_vector_comes_out_as_it_should() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared data folder with merkle-proof-vectors.json is not beside the project")
    data = VECTORS.read_bytes()
    count = sum(len(vectors) for vectors in json.loads(data).values())

    report = run_vectors(data)

    assert report.failures == ()
    assert report.passed == count > 0


def test_every_published_merkle_vector_fails_with_its_expectation_turned_around() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared data folder with merkle-proof-vectors.json is not beside the project")
    document = json.loads(VECTORS.read_bytes())
    for vectors in document.values():
        for vector in vectors:
            vector["wantErr"] = not vector["wantErr"]

    assert run_vectors(json.dumps(document).encode()).passed == 0


def test_a_vector_with_the_wrong_expectation_is_counted_as_failed_by_its_name() -> None:
    report = run_vectors(file_of(inclusion=[inclusion(), inclusion(name="refused", wantErr=True)]))

    assert (report.passed, report.failed) == (1, 1)
    assert report.failures[0][0] == "refused"


@pytest.mark.parametrize("root", ["", None, ROOT.rstrip("="), "not base64", ROOT[:-2] + "1="])
def test_a_root_that_is_no_hash_is_refused_not_a_crash(root: str | None) -> None:
    assert run_vectors(file_of(inclusion=[inclusion(root=root, wantErr=True)])).passed == 1


@pytest.mark.parametrize(
    "broken", [{"leafIdx": "0"}, {"treeSize": None}, {"proof": "AA=="}, {"proof": [1]}, {"wantErr": None}]
)
def test_a_malformed_vector_never_passes(broken: dict[str, object]) -> None:
    for want_err in (True, False):
        vector = inclusion(wantErr=want_err) | broken
        assert run_vectors(file_of(inclusion=[vector])).failed == 1


def test_a_consistency_vector_from_an_empty_tree_is_refused() -> None:
    vector = {"size1": 0, "size2": 1, "root1": ROOT, "root2": ROOT, "proof": [], "wantErr": True}

    assert run_vectors(file_of(consistency=[vector])).passed == 1


def test_what_else_a_file_tells_about_itself_is_left_alone() -> None:
    assert run_vectors(file_of(source="somewhere", inclusion=[inclusion()])).passed == 1


@pytest.mark.parametrize(
    "data", [b"[]", b"{", b'{"subtree": []}', b'{"inclusion": 3}', b"{}", b'{"inclusion": []}', b"\xff"]
)
def test_a_file_of_another_form_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        run_vectors(data)
