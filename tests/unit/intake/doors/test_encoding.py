"""UTF-8 or GB18030, the whole of a file."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.doors.findings import Refused
from services.intake.uploads.encoding import detect

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)


def refusal(content, declared="auto"):
    with pytest.raises(Refused) as caught:
        detect(io.BytesIO(content), declared)
    [(line, [finding])] = caught.value.findings.items()
    return line, finding


@given(st.lists(HAN, min_size=1, max_size=5))
def test_chinese_in_utf8_is_read_as_utf8(lines):
    assert detect(io.BytesIO("\n".join(lines).encode()), "auto") == ("utf-8-sig", len(lines))


def test_chinese_in_gb18030_is_read_as_gb18030():
    content = "客户,金额\n王伟,1\n".encode("gb18030")
    assert detect(io.BytesIO(content), "auto") == ("gb18030", 2)


def test_ascii_and_a_byte_order_mark_are_utf8():
    assert detect(io.BytesIO(b"a,b\n1,2"), "auto") == ("utf-8-sig", 2)
    assert detect(io.BytesIO("\ufeff客户\n".encode()), "auto") == ("utf-8-sig", 1)


def test_a_line_of_gb18030_that_is_utf8_by_chance_does_not_mix_a_file():
    chance = b"\xc4\xa3\n"  # one Chinese character in GB18030, one Latin letter in UTF-8
    assert detect(io.BytesIO("客户名称\n".encode("gb18030") + chance), "auto")[0] == "gb18030"


@pytest.mark.parametrize("swapped", [False, True])
def test_a_file_of_two_encodings_is_refused_with_the_line(swapped):
    parts = ["客户名称\n".encode(), "王伟很好\n".encode("gb18030")]
    line, finding = refusal(b"id\n" + b"".join(reversed(parts) if swapped else parts))
    assert line == (2 if swapped else 3)
    assert "mixes encodings" in finding.message
    assert "UTF-8" in finding.remedy


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"a\n\xff\xff\xff\n", 2, "neither UTF-8 nor GB18030"),
        ("a,b\n".encode("utf-16"), 1, "UTF-16"),
        (b"a\n1\0\n", 2, "NUL"),
        (b"x" * (1 << 20), 1, "bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_the_line(content, line, said):
    found, finding = refusal(content)
    assert (found, said in finding.message) == (line, True)


def test_an_encoding_that_the_mapping_names_is_held_against_every_line():
    assert refusal("客户\n王伟\n".encode("gb18030"), "utf-8")[0] == 1
    assert refusal(b"a\n" + "客户\n".encode(), "gb18030")[0] == 2
    assert detect(io.BytesIO(b"a\n"), "gb18030")[0] == "gb18030"
