"""办法 art. 37: a walk through all that a liaison and an inspector can open, looking for words of a report.

Unique words stand in every part of a report and in the sentences of the complaint beside it that speak of reporting.
The walk takes the running app's url map and whatever links and forms the pages hold, so a screen, an export or an
answer of the API that is added later is walked, too. Packed documents (DOCX, xlsx, zip) are opened.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing.converters import NumberConverter
from werkzeug.test import TestResponse

from tests.desk.conftest import HASHED, signed_in
from tests.factories import CLERK, HANDLER, NOW, an_office, file_ticket, some_evidence
from xiaobao.desk import document_values, tokens
from xiaobao.desk.access import OPEN_ENDPOINTS
from xiaobao.desk.context import Desk
from xiaobao.documents import kinds, store, templates
from xiaobao.tickets import accounts, inspections, liaison, queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role, Step

BANK = "云泽商业银行（样例）"
PLANTED = (
    *("碧螺湾", "紫檀岭", "青鸾渡", "赤霞谷", "玄武堰", "白鹭汀", "金蟾坞", "墨竹庵"),
    *("翠屏庄", "银杏坡", "丹枫峡", "琥珀滩", "松涛阁"),
)
DOCUMENT = "e" * 32  # 举报告知书 of the report that stands alone
MOST_PAGES = 1_500
QUERIES = (
    *("", "?status=all", "?kind=report", "?kind=report&status=all", "?overdue=1", "?mine=1", "?limit=200&status=all"),
    *("?format=csv", "?format=xlsx", "?status=all&format=csv", "?unmasked=1", "?merchant=x"),
)
LEAVES = ("sign_in.sign_out", "staff_sessions.end_everywhere", "sign_in.change_password", "sign_in.check")


@pytest.fixture
def world(desk: Desk, staff: dict[str, AccountView]) -> dict[str, str]:
    """A report with everything in it, the complaint beside it, handed to a bank, closed, and drawn for inspection."""
    told = "存款被划走500元，银行不肯退。我还要举报他们，碧螺湾那边有人知情。另外紫檀岭支行也要查处！请退钱。"
    complaint = file_ticket(
        desk.writing, narrative=told, claim="退款500元，并要求罚款白鹭汀", pass_on_to_merchant="yes"
    )
    report = file_ticket(
        desk.writing, ticket_kind="report", draft_id="d-report", beside_complaint=complaint, merchant="青鸾渡商行",
        narrative="青鸾渡商行在赤霞谷卖假货", item="玄武堰牌酒", claim=None, contact_name="墨竹庵主",
        evidence=(some_evidence("e-report", filename="金蟾坞.jpg"),),
    )  # fmt: skip
    alone = file_ticket(
        desk.writing,
        ticket_kind="report",
        draft_id="d-alone",
        merchant="翠屏庄商行",
        narrative="银杏坡夜里装货",
        claim=None,
    )
    with desk.writing.begin() as session:
        service.supplement(
            session, report, actor=service.Actor.citizen("conversation-1"), now=NOW, text="再去丹枫峡看看"
        )
        service.audit(
            session, actor=CLERK, action="view_evidence", subject=report, now=NOW, payload={"filename": "金蟾坞.jpg"}
        )
        accounts.change(
            session, staff["liaison"].id, name="联络员甲", role=Role.LIAISON, institution=BANK, department=None
        )
        service.accept(session, complaint, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, complaint, actor=CLERK, now=NOW, office=an_office(), department="消保科")
        liaison.hand(
            session, complaint, actor=CLERK, now=NOW, institution=BANK, question="请说明扣款原因", limit_on=NOW.date()
        )
        service.reply(
            session,
            complaint,
            actor=HANDLER,
            now=NOW,
            office=an_office(),
            text="已请银行说明。举报另行处理，琥珀滩在查。",
        )
        service.close(session, complaint, actor=HANDLER, now=NOW, office=an_office(), result="银行退了500元。")
        assert inspections.draw(session, staff["inspector"].id, 5, NOW) == 1
        service.assign(session, alone, actor=CLERK, now=NOW, office=an_office(), department="稽查科")
        service.step(session, alone, step=Step.DECLINE, actor=HANDLER, now=NOW, office=an_office(), text="证据不足")
        _document(session, desk, alone)
    return {"complaint": complaint, "report": report, "alone": alone}


def _document(session: Session, desk: Desk, number: str) -> None:
    """举报告知书, sent in the informant's conversation."""
    catalogue, sending = kinds.load(desk.settings.reference_dir), store.Sending(CLERK, NOW, an_office())
    kind, ticket = catalogue.kinds["report"], queries.ticket(session, number, unmasked=True)
    text = "您举报的事，松涛阁那边证据不足，不予立案。"
    values = document_values.of(ticket, kind, text, catalogue=catalogue, office=an_office(), now=NOW)
    template = templates.of(catalogue, desk.settings.data_dir, "report")
    store.offer(session, store.write(session, ticket, kind, template, values, text, sending, DOCUMENT), sending)


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.LIAISON, Role.INSPECTOR])
def test_no_word_of_a_report_is_met_anywhere(
    app: Flask, desk: Desk, staff: dict[str, AccountView], world: dict[str, str], role: Role
) -> None:
    browser = signed_in(app, role)
    with desk.writing.begin() as session:
        token = tokens.make(
            desk.settings.secret_key,
            accounts.create(
                session, login="service-walk", name="接口", role=role, password_hash=HASHED, now=NOW,
                must_change=False, institution=BANK,
            ).id,
        )  # fmt: skip
    header = {"Authorization": f"Bearer {token}"}
    waiting, known, opened = list(_paths(app, world)), set(), 0
    while waiting and len(known) < MOST_PAGES:
        path = waiting.pop(0)
        if path in known or path.startswith(("/sign-out", "/static")):
            continue
        known.add(path)
        answer = browser.client.get(path, headers=header if path.startswith("/api/") else None)
        opened += answer.status_code == 200
        said = _text(answer)
        _nothing_of_a_report(said, path, world)
        if answer.mimetype == "text/html":
            waiting += [unescape(link).split("#")[0] for link in re.findall(r'(?:href|src|action)="(/[^"]*)"', said)]
    assert opened > 5 and len(known) < MOST_PAGES
    _post_everywhere(app, desk, role, world, header)


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.LIAISON, Role.INSPECTOR])
def test_the_walk_would_notice(app: Flask, desk: Desk, world: dict[str, str], role: Role) -> None:
    """The planted words are there for who may see them: a clerk meets every one."""
    clerk = signed_in(app, Role.CLERK)
    pages = "".join(clerk.get(f"/tickets/{number}").text for number in world.values())
    pages += clerk.get(f"/tickets/{world['alone']}/documents/{DOCUMENT}").text
    assert [word for word in PLANTED if word not in pages and word != "墨竹庵"] == []


def test_the_institution_is_shown_the_rest_of_the_story(
    app: Flask, staff: dict[str, AccountView], world: dict[str, str]
) -> None:
    browser = signed_in(app, Role.LIAISON)
    page = browser.get(re.findall(r'href="(/liaison/\d+)"', browser.get("/liaison").text)[0]).text
    assert "存款被划走500元" in page and "请退钱" in page and "请说明扣款原因" in page


def _post_everywhere(app: Flask, desk: Desk, role: Role, world: dict[str, str], header: dict[str, str]) -> None:
    """Refusals must not tell either."""
    browser = signed_in(app, role)
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    for rule in rules:
        if rule.endpoint in LEAVES:
            continue
        for path in _built(app, rule, world):
            if path.startswith("/api/"):
                answer = app.test_client().post(path, json={"text": "看看"}, headers={**header, "If-Match": "1"})
            else:
                answer = browser.post(path, follow=True, text="看看", field="contact_name", version="1", act="preview")
            _nothing_of_a_report(_text(answer), f"POST {path}", world)


def _paths(app: Flask, world: dict[str, str]) -> Iterator[str]:
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    for rule in rules:
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        for path in _built(app, rule, world):
            yield path
            if not rule.arguments:
                yield from (path + query for query in QUERIES)
                yield from (f"{path}?{name}={quote(word)}" for name in ("q", "text") for word in PLANTED[:4])


def _built(app: Flask, rule: object, world: dict[str, str]) -> Iterator[str]:
    """Paths of a route with each of our numbers in place of every argument."""
    arguments, converters = rule.arguments, rule._converters  # type: ignore[attr-defined]
    choices = range(3) if arguments else range(1)
    with app.test_request_context():
        for place in choices:
            texts = {"evidence_id": "e-report", "document_id": DOCUMENT, "step": ("accept", "reply", "note")[place]}
            values = {
                name: place + 1
                if isinstance(converters[name], NumberConverter)
                else texts.get(name, list(world.values())[place])
                for name in arguments
            }
            if built := rule.build(values):  # type: ignore[attr-defined]
                yield built[1]


def _text(answer: TestResponse) -> str:
    """What is in an answer, packed or not."""
    data = answer.get_data()
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def _nothing_of_a_report(said: str, path: str, world: dict[str, str]) -> None:
    asked = unescape(path)
    for word in (*PLANTED, world["report"], world["alone"]):
        typed = word in asked or quote(word) in asked  # what one typed oneself comes back in the search field
        assert word not in said or typed, f"{word} at {path}"
