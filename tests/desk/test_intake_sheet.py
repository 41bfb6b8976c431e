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


def test_contact_data_are_copied_into_no_span() -> None:
    spans, sources = intake_sheet.provenance(intake_sheet.fill(sheet(), TOLD), TOLD)
    assert sources == {"merchant": "read", "contact_phone": "read"}
    assert spans["merchant"]["words"] == "好物" and list(spans) == ["merchant"]


def test_consent_is_asked_for_contact_data_alone() -> None:
    assert intake_sheet.check(sheet(), consent_needed=True) == {}
    assert intake_sheet.check(sheet(contact_name="张三"), consent_needed=True) == {"consent": "consent"}
    assert intake_sheet.check(sheet(contact_name="张三", consent="yes"), consent_needed=True) == {}
    assert intake_sheet.check(sheet(contact_name="张三"), consent_needed=False) == {}


def test_the_story_keeps_no_person_who_did_not_agree() -> None:
    told = sheet(narrative="我叫张三，电话13800001234，买了水壶")
    assert "13800001234" in intake_sheet.narrative(told, consent_needed=False)
    nameless = sheet(kind="report", anonymous="yes", narrative=told.values["narrative"])
    for kept in (intake_sheet.narrative(told, True), intake_sheet.narrative(nameless, False)):
        assert "张三" not in kept and "13800001234" not in kept and "买了水壶" in kept
