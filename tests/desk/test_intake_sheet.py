"""What was typed and what was read."""

from __future__ import annotations

from xiaobao.desk import intake_sheet
from xiaobao.desk.intake_sheet import Sheet
from xiaobao.reading.story import Story
from xiaobao.reading.values import Value

TOLD = Story(
    {"merchant": Value("好物", 2, 4, "好物电器"), "contact_phone": Value("138 0000 1234", 5, 18, "13800001234")}
)


def sheet(**typed: str) -> Sheet:
    return intake_sheet.of_form({"kind": "complaint", "source": "phone", "narrative": "我在好物", **typed})


def test_a_field_that_nobody_typed_takes_what_is_read_and_lets_it_go_again() -> None:
    filled = intake_sheet.fill(sheet(), TOLD)
    assert filled.values["merchant"] == "好物" and filled.words["contact_phone"] == "138 0000 1234"
    assert filled.values["contact_phone"] == "13800001234"
    assert intake_sheet.fill(filled, Story()).values["merchant"] == ""


def test_a_typed_field_stays_and_counts_as_staff() -> None:
    filled = intake_sheet.fill(sheet(merchant="别家", contact_phone="13900000000"), TOLD)
    assert filled.values["merchant"] == "别家" and filled.words == {}
    spans, sources = intake_sheet.provenance(filled, TOLD)
    assert sources == {"merchant": "staff", "contact_phone": "staff"} and spans == {}


def test_contact_words_are_kept_in_no_span() -> None:
    spans, sources = intake_sheet.provenance(intake_sheet.fill(sheet(), TOLD), TOLD)
    assert sources == {"merchant": "read", "contact_phone": "read"}
    assert spans["merchant"]["words"] == "好物" and "words" not in spans["contact_phone"]


def test_consent_is_asked_for_contact_data_alone() -> None:
    assert intake_sheet.check(sheet(), consent_needed=True) == {}
    assert intake_sheet.check(sheet(contact_name="张三"), consent_needed=True) == {"consent": "consent"}
    assert intake_sheet.check(sheet(contact_name="张三", consent="yes"), consent_needed=True) == {}
    assert intake_sheet.check(sheet(contact_name="张三"), consent_needed=False) == {}
