"""What a ticket puts into its documents, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import CLERK, HANDLER, NOW, REFERENCE, an_office, file_ticket
from xiaobao.desk import document_values
from xiaobao.desk.context import Desk
from xiaobao.documents import kinds
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Step

CATALOGUE = kinds.load(REFERENCE)
OFFICE = an_office()


def step(session: Session, number: str, step: Step, actor: Any = CLERK, **fields: Any) -> None:
    service.step(session, number, step=step, actor=actor, now=NOW, office=OFFICE, **fields)


def values(session: Session, number: str, kind: str, text: str = "好") -> dict[str, str]:
    ticket = queries.ticket(session, number, unmasked=True)
    return document_values.of(ticket, CATALOGUE.kinds[kind], text, catalogue=CATALOGUE, office=OFFICE, now=NOW)


def test_every_variable_has_a_value_whatever_the_ticket_knows(desk: Desk) -> None:
    bare = dict.fromkeys(("merchant", "item", "amount_text", "amount_cents", "claim", "contact_name", "contact_phone"))
    number = file_ticket(desk.writing, narrative=None, contact_address=None, merchant_address=None, **bare)
    with desk.reading() as session:
        for kind in CATALOGUE.kinds:
            found = values(session, number, kind)
            assert set(found) == set(CATALOGUE.variables), kind
            assert all(isinstance(value, str) and "None" not in value for value in found.values()), kind


def test_a_refusal_names_its_ground_article_and_the_other_ways(desk: Desk) -> None:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=OFFICE, ground="N3")
        found = values(session, number, "rejection")
    assert found["理由"].startswith("不是为生活消费需要")
    assert found["理由依据"] == "《市场监督管理投诉举报处理办法》第十六条第（三）项"
    assert "人民法院" in found["其他途径"] and "《消费者权益保护法》第三十九条" in found["其他途径"]
    assert found["办理期限"] == ""  # nothing runs any more


def test_a_mediation_names_time_place_and_mediator_of_the_last_word(desk: Desk) -> None:
    number = file_ticket(desk.writing)
    agreed = {"complainant_agrees": "yes", "merchant_agrees": "yes", "way": "on_site", "place": "三楼"}
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        step(session, number, Step.MEDIATE, HANDLER, **agreed, held_at="2026-12-01T09:30", mediator="王调解")
        found = values(session, number, "mediation")
    assert (found["调解时间"], found["调解地点"], found["调解方式"]) == ("2026年12月1日 09:30", "三楼", "现场")
    assert found["调解人员"] == "王调解" and "申请回避（《市场监督管理投诉举报处理办法》第二十一条）" in found["回避"]
    assert found["电话"] == found["通讯地址"] == ""  # the merchant reads it, too


def test_an_informant_is_named_to_nobody_but_the_informant(desk: Desk) -> None:
    number = file_ticket(desk.writing, ticket_kind="report")
    with desk.writing.begin() as session:
        step(session, number, Step.TRANSFER, place="邻市市场监督管理局", reach="000-1")
        letter = values(session, number, "transfer")
    assert letter["姓名"] == letter["电话"] == letter["通讯地址"] == "" and letter["去处"] == "邻市市场监督管理局"
    other = file_ticket(desk.writing, ticket_kind="report")
    with desk.writing.begin() as session:
        step(session, other, Step.REDIRECT, place="邻市交通运输局", reach="12328")
        own = values(session, other, "report")
    assert (own["姓名"], own["去处"], own["联系方法"]) == ("欧阳娜娜", "邻市交通运输局", "12328")
    assert own["依据"] == "《市场监督管理投诉举报处理办法》第三十四条"


def test_a_complaint_tells_nothing_of_a_report(desk: Desk) -> None:
    number = file_ticket(
        desk.writing, item="电水壶，已举报", claim="退货退款，并要求罚款", merchant_address="和平路8号。另有线索举报",
        merchant="好物电器店",
    )  # fmt: skip
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        for kind in ("acceptance", "agreement", "termination", "transfer"):
            whole = "".join(values(session, number, kind).values())
            assert "已举报" not in whole and "罚款" not in whole and "线索" not in whole, kind


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        ("reply", "", "text"),
        ("supplement", " \n\0", "text"),
        ("acceptance", "字" * 20_001, "text"),
        ("agreement", "对方承诺不再举 报", "document_text"),
        ("mediation", "同时立案查处", "document_text"),
    ],
)
def test_a_text_that_may_not_stand_there_is_refused(kind: str, text: str, field: str) -> None:
    with pytest.raises(InvalidField) as wrong:
        document_values.checked(text, CATALOGUE.kinds[kind])
    assert wrong.value.field == field
    assert document_values.checked(" 好\0 ", CATALOGUE.kinds["reply"]) == "好"


def test_the_form_begins_with_what_was_said(desk: Desk) -> None:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        step(session, number, Step.ASK_SUPPLEMENT, text="发票照片")
        ticket = queries.ticket(session, number)
    assert document_values.prefilled(ticket, CATALOGUE.kinds["supplement"]) == "发票照片"
    assert document_values.prefilled(ticket, CATALOGUE.kinds["reply"]) == ""
