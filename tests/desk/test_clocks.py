"""How the clocks of a ticket are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.desk.conftest import Browser, Clock
from tests.factories import CLERK, HANDLER, NOW, SUPERVISOR, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.workflow import Step


def take(desk: Desk, number: str, step: Step, days: int = 0, actor: service.Actor = HANDLER, **typed: Any) -> None:
    with desk.writing.begin() as session:
        now = NOW + timedelta(days=days)
        service.step(session, number, step=step, actor=actor, now=now, office=desk.office, **typed)


def test_a_pause_is_told_with_its_cause_while_it_lasts_and_afterwards(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    take(desk, number, Step.ACCEPT, actor=CLERK)
    take(desk, number, Step.PAUSE, 2, cause="appraisal")
    page = clerk.get(f"/tickets/{number}").text
    assert "11月25日（周三）因鉴定停，还没恢复" in page
    assert "停着，恢复后还剩58天" in page
    take(desk, number, Step.RESUME, 12)
    page = clerk.get(f"/tickets/{number}").text
    assert "12月5日（周六）恢复，停了10天" in page
    assert "最迟2027年2月1日" in page
    assert "11月26日—12月5日鉴定不计" in page


def test_an_extension_names_who_has_to_approve_it_and_its_article(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, ticket_kind="report")
    take(desk, number, Step.ASK_EXTENSION, clock="verify", text="在检测")
    take(desk, number, Step.EXTEND, 1, SUPERVISOR)
    page = clerk.get(f"/tickets/{number}").text
    assert "11月24日（周二）批准延长15个工作日（规定由市场监督管理部门负责人批准）" in page
    assert "《市场监督管理行政处罚程序规定》第十八条" in page


def test_an_own_target_is_called_no_law_and_an_untold_decision_is_seen(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, conversation_id=None)
    assert "本单位要求11月30日（周一）前办好，不是法定时限" in clerk.get(f"/tickets/{number}").text
    take(desk, number, Step.REJECT, 1, CLERK, ground="N2")
    assert "已决定，还没告知" in clerk.get(f"/tickets/{number}").text


def test_days_of_a_year_without_an_arrangement_are_marked(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, now=NOW + timedelta(days=35))
    page = clerk.get(f"/tickets/{number}").text
    assert "暂估" in page and "放假安排公布后会重新算" in page
    assert "还没开始，35天后起算" in page


def test_a_clock_of_tomorrow_is_not_begun(clerk: Browser, desk: Desk, clock: Clock) -> None:
    number = file_ticket(desk.writing, now=NOW + timedelta(days=1))
    assert "还没开始，1天后起算" in clerk.get(f"/tickets/{number}").text
    clock.pass_(days=1)
    assert "还没开始" not in clerk.get(f"/tickets/{number}").text
