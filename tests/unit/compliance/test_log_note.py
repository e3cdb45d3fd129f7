import pytest

from services.compliance.log.base64_text import decode_base64
from services.compliance.log.errors import AuditLogError, KeyFormatError, NoteError
from services.compliance.log.keys import Signature, SignatureType, Signer, Verifier
from services.compliance.log.note import MAX_SIGNATURES, Note, open_note, sign_note
from tests.unit.compliance.log_reference import flip

# The example of the C2SP signed-note specification.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

# Published test keys and signatures of golang.org/x/mod/sumdb/note.
PETER_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PETER, ENOCH = Verifier.parse(PETER_KEY), Verifier.parse(ENOCH_KEY)


def note(*lines: str, text: str = TEXT) -> bytes:
    return (text + "\n" + "".join(lines)).encode()


def test_the_specifications_example_opens_with_its_key() -> None:
    opened = open_note(SPEC_NOTE, [Verifier.parse(SPEC_KEY)])

    assert opened.text == "This is an example message.\n"
    assert [signature.name for signature in opened.verified] == ["example.com/foo"]


def test_signing_gives_the_published_bytes() -> None:
    signer = Signer.parse(PETER_SIGNER)

    assert signer.verifier.encode() == PETER_KEY
    assert signer.encode() == PETER_SIGNER
    assert sign_note(TEXT, signer.sign(TEXT)) == note(PETER_LINE)


def test_a_note_comes_back_byte_for_byte() -> None:
    assert Note.decode(SPEC_NOTE).encode() == SPEC_NOTE
    assert Note.decode(note(PETER_LINE, ENOCH_LINE)).encode() == note(PETER_LINE, ENOCH_LINE)


def test_signatures_of_unknown_keys_are_ignored() -> None:
    opened = open_note(note(ENOCH_LINE, PETER_LINE), [PETER])

    assert [s.name for s in opened.verified] == ["PeterNeumann"]
    assert [s.name for s in opened.unknown] == ["EnochRoot"]
    assert opened.signature_of(ENOCH) is None


def test_all_known_keys_are_verified() -> None:
    opened = open_note(note(PETER_LINE, PETER_LINE, ENOCH_LINE), [PETER, ENOCH, ENOCH])

    assert [s.name for s in opened.verified] == ["PeterNeumann", "EnochRoot"]


def test_a_note_that_no_known_key_signed_is_rejected() -> None:
    for known in ([], [ENOCH]):
        with pytest.raises(NoteError):
            open_note(note(PETER_LINE), known)


def test_one_bad_signature_of_a_known_key_rejects_a_note_that_others_signed() -> None:
    signature = Note.decode(note(PETER_LINE)).signatures[0]
    bad = signature._replace(value=flip(signature.value, 5))
    good = Note.decode(note(ENOCH_LINE)).signatures[0]
    data = sign_note(TEXT, good, bad)

    assert open_note(data, [ENOCH]).text == TEXT
    with pytest.raises(NoteError):
        open_note(data, [PETER, ENOCH])
    with pytest.raises(NoteError):
        open_note(sign_note(TEXT, signature, bad), [PETER])


def test_a_key_sharing_only_the_name_or_only_the_id_is_unknown() -> None:
    signature = Note.decode(note(PETER_LINE)).signatures[0]
    same_name = signature._replace(key_id=b"\0\0\0\0", value=b"junk")
    same_id = Signature("Somebody", signature.key_id, b"junk")

    opened = open_note(sign_note(TEXT, same_name, same_id, signature), [PETER])

    assert opened.verified == (signature,)
    assert len(opened.unknown) == 2


def test_one_flipped_bit_of_the_text_rejects_the_note() -> None:
    data = note(PETER_LINE)
    for bit in range(len(TEXT.encode()) * 8):
        with pytest.raises(AuditLogError):
            open_note(flip(data, bit), [PETER])


def test_one_flipped_bit_of_the_signature_is_not_accepted() -> None:
    signature = Note.decode(note(PETER_LINE)).signatures[0]

    assert PETER.accepts(TEXT, signature)
    for bit in range(len(signature.value) * 8):
        assert not PETER.accepts(TEXT, signature._replace(value=flip(signature.value, bit)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        note(),
        note(PETER_LINE.rstrip("\n")),
        b"\x01" + note(PETER_LINE),
        b"\xff" + note(PETER_LINE),
        TEXT.replace("\n", "\r\n").encode() + b"\n" + PETER_LINE.encode(),
        note(PETER_LINE, "Unexpected line.\n"),
        note(PETER_LINE, "\n"),
        note(PETER_LINE.replace("—", "-")),
        note(PETER_LINE.replace("PeterNeumann", "Peter Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "Peter+Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "Peter\u00a0Neumann")),
        note(PETER_LINE.replace("PeterNeumann", "")),
        note(PETER_LINE.replace("nAM=", "nAM")),
        note(PETER_LINE.replace("nAM=", "nAN=")),
        note(PETER_LINE.replace("nAM=", "nAM==")),
        note(PETER_LINE.replace("nAM=", "nAM=\t")),
        note(PETER_LINE, "— EnochRoot rwz+eA==\n"),
        note(PETER_LINE, "— EnochRoot \n"),
        note(*[PETER_LINE] * (MAX_SIGNATURES + 1)),
        note(PETER_LINE, text="x" * 1_000_000 + "\n"),
    ],
)
def test_a_malformed_note_is_rejected(data: bytes) -> None:
    with pytest.raises(NoteError):
        open_note(data, [PETER, ENOCH])


def test_sixteen_signatures_and_more_are_accepted() -> None:
    others = [f"— other{n}.example {ENOCH_LINE.split(' ')[2]}" for n in range(MAX_SIGNATURES - 1)]

    assert len(open_note(note(*others, PETER_LINE), [PETER]).unknown) == MAX_SIGNATURES - 1


def test_a_text_may_have_empty_lines_and_ends_at_the_last_one() -> None:
    text = "one\n\n\ntwo\n\n"
    signer = Signer.parse(PETER_SIGNER)

    assert open_note(sign_note(text, signer.sign(text)), [PETER]).text == text


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "return\r\n"])
def test_a_text_that_is_no_note_is_not_encoded(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, Signer.parse(PETER_SIGNER).sign(text))


def test_a_note_without_signatures_is_not_encoded() -> None:
    with pytest.raises(NoteError):
        sign_note(TEXT)


def test_two_keys_of_one_name_and_id_are_ambiguous() -> None:
    class Collision(Verifier):
        @property
        def key_id(self) -> bytes:
            return PETER.key_id

    other = Collision("PeterNeumann", SignatureType.ED25519, ENOCH.public_key)
    with pytest.raises(NoteError):
        open_note(note(PETER_LINE), [PETER, other])


def test_no_part_of_a_key_string_is_a_key() -> None:
    for text, parse in ((PETER_KEY, Verifier.parse), (PETER_SIGNER, Signer.parse)):
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                if (start, end) == (0, len(text)):
                    continue
                with pytest.raises(KeyFormatError):
                    parse(text[start:end])


def test_no_key_string_with_one_character_changed_is_a_key() -> None:
    for text, parse in ((PETER_KEY, Verifier.parse), (PETER_SIGNER, Signer.parse)):
        for at, char in enumerate(text):
            with pytest.raises(KeyFormatError):
                parse(text[:at] + chr(ord(char) + 1) + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # a key too long
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an unknown type
        PETER_KEY.replace("c74f20a3", "C74F20A3"),
        PETER_KEY + "\n",
        "+" + PETER_KEY,
        "",
    ],
)
def test_a_verifier_key_with_a_right_id_but_a_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(KeyFormatError):
        Verifier.parse(text)


def test_a_key_string_whose_base64_has_a_plus_is_read() -> None:
    text = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"

    assert Verifier.parse(text).encode() == text


def test_the_secret_shows_neither_in_a_signer_nor_in_an_error() -> None:
    secret = PETER_SIGNER.rsplit("+", 1)[1]
    with pytest.raises(KeyFormatError) as error:
        Signer.parse(PETER_SIGNER.replace("c74f20a3", "c74f20a4"))

    assert secret not in repr(Signer.parse(PETER_SIGNER))
    assert secret not in str(error.value)


@pytest.mark.parametrize(
    "text", ["QUI", "QUJ=", "QUI==", "QUJD=", "QUJDQUJD=", "QU JD", "QUJD\n", "QU-_", "Ｑ="]
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError):
        decode_base64(text)
