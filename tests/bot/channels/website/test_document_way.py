"""The way of a document: sent at the desk, carried by the worker, opened in the chat, seen at the desk."""

from __future__ import annotations

import requests

from tests.bot.channels.website.conftest import SECRET, Bot, Client
from tests.bot.channels.website.test_notices import conversation_of
from tests.factories import CLERK, NOW, REFERENCE, an_office, file_ticket
from xiaobao import database
from xiaobao.desk import document_values
from xiaobao.documents import kinds, store, templates
from xiaobao.settings import ROOT
from xiaobao.tickets import deadlines, queries, service
from xiaobao.worker import outbox


def test_a_document_reaches_its_citizen_and_its_opening_the_desk(bot: Bot, citizen: Client) -> None:
    sessions = database.make_sessions(database.make_engine(bot.database_url))
    number = file_ticket(sessions, conversation_id=conversation_of(citizen), channel="website")
    catalogue, sending = kinds.load(REFERENCE), store.Sending(CLERK, NOW, an_office())
    seq = citizen.after(0)["last_seq"]
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        ticket, kind = queries.ticket(session, number, unmasked=True), catalogue.kinds["acceptance"]
        values = document_values.of(ticket, kind, "请留意电话", catalogue=catalogue, office=an_office(), now=NOW)
        template = templates.of(catalogue, ROOT / "nowhere", "acceptance")
        store.offer(session, store.write(session, ticket, kind, template, values, "请留意电话", sending), sending)
    assert outbox.deliver(sessions, outbox.Bot(bot.base, SECRET), deadlines.now) == 2
    accepted, came = citizen.after(seq, wait=5)["messages"]
    assert "已受理" in accepted["text"] and came["speaker_label"] == "工作人员 李受理"
    with sessions() as session:
        (before,) = store.of_ticket(session, number)
    assert (before.delivery, before.first_opened_at) == ("delivered", None)
    path = f"{bot.base}/chat/documents/{came['card']['id']}"
    shown = requests.get(path, headers=citizen.headers, timeout=10).json()
    assert "欧阳娜娜：" in shown["text"] and "请留意电话" in shown["text"] and shown["number"] == before.number
    with sessions() as session:
        (after,) = store.of_ticket(session, number)
    assert after.first_opened_at is not None
