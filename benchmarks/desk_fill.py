"""A desk that has worked for two years: tickets, events, clocks, audit, outbox and the index of words, written in bulk.

Merchants follow Zipf's law, stories have 40 to 3,000 characters, tickets 3 to 40 events; one in twenty is still open.
The same seed gives the same office.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, insert, select

from xiaobao.tickets import keeping, merchants
from xiaobao.tickets.tables import (
    Account,
    Audit,
    NumberSequence,
    OutboxRow,
    Ticket,
    TicketClock,
    TicketEvent,
)

AT_ONCE = 1000  # tickets
MERCHANTS = 5000
DAYS = 730
OPEN_SHARE = 0.05
HANDLERS = 20
SENTENCES = (
    "{month}月{day}日我在{place}的{merchant}买了{item}，付了{amount}元。",
    "用了不到{few}天就{fault}，我马上联系了商家。",
    "商家先说会处理，后来就不接电话了。",
    "客服让我等{few}个工作日，等了{few}周还是没有结果。",
    "我要求退款，他们说已经过了退货期。",
    "店员当时保证七天无理由，现在又说不能退。",
    "{item}的包装已经打开，但是没有怎么用过。",
    "我有付款截图和聊天记录，发票也还在。",
    "合同上写着可以退，经理却说要扣{few}成手续费。",
    "同小区的{few}位邻居也遇到了一样的情况。",
    "我去了{place}门店{few}次，每次都换一个人接待。",
    "他们把我拉黑了，平台介入以后也没有下文。",
    "希望能退还{amount}元，并且道歉。",
    "这件事已经拖了{few}个月，影响了我的正常生活。",
    "第{few}次维修以后还是{fault}，检测报告说是质量问题。",
    "广告里说的和实际的完全不一样，{item}根本没有宣传的功能。",
)
ITEMS = tuple(
    "电水壶 健身年卡 手机 空调 洗衣机 运动鞋 羽绒服 美容套餐 培训课程 沙发 床垫 汽车保养 蛋糕 酒店房间 机票 眼镜 电动车 奶粉 冰箱 理财产品".split()
)
FAULTS = tuple("漏电 坏了 开胶 掉色 打不开 不制冷 有异味 漏水 死机 断裂".split())
PLACES = tuple("东城区 西城区 南湖新区 北山镇 高新区 老城 万达广场 火车站 大学城 和平路".split())
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙", "明芳伟娜敏静磊强洋艳勇军杰娟涛超霞平刚桂"
FRONT, BACK = (
    "好乐美佳康永新天福盛华友亲和顺安",
    ("电器店", "健身", "家居", "超市", "美容院", "教育", "汽车服务", "餐饮", "数码", "服饰"),
)


def fill(engine: Engine, tickets: int, now: datetime, seed: int = 6) -> None:
    """Write `tickets` tickets into an empty, migrated database, and everything that belongs to them."""
    chance = random.Random(seed)
    names = [f"云泽市{a}{b}{place}{kind}" for place in PLACES for kind in BACK for a in FRONT for b in FRONT if a != b]
    chance.shuffle(names)
    names = names[:MERCHANTS]
    weights = [1 / (rank + 1) for rank in range(len(names))]
    with engine.begin() as connection:
        handlers = _accounts(connection, now)
        chosen = chance.choices(names, weights, k=tickets)
        per_day: dict[str, int] = {}
        for start in range(0, tickets, AT_ONCE):
            part = [
                _ticket(
                    chance,
                    place + 1,
                    chosen[place],
                    now - timedelta(days=DAYS * (1 - place / tickets)),
                    handlers,
                    per_day,
                )
                for place in range(start, min(start + AT_ONCE, tickets))
            ]
            connection.execute(insert(Ticket), part)
            _beside(connection, chance, part, now)
        connection.execute(insert(NumberSequence), [{"day": day, "last": last} for day, last in per_day.items()])
        keeping.rebuild(connection)
        _after_explicit_ids(connection, tickets)
    if engine.dialect.name == "postgresql":
        # As the server does by itself within an hour, and not beside what is measured.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


def _accounts(connection: Any, now: datetime) -> list[int]:
    rows = [
        {"login": f"handler{n}", "name": f"{SURNAMES[n % 12]}{GIVEN[n]}", "role": "handler", "department": f"消保{n % 4 + 1}科",
         "password_hash": "!", "failed": 0, "must_change": False, "disabled": False, "on_duty": False, "created_at": now}
        for n in range(HANDLERS)
    ]  # fmt: skip
    connection.execute(insert(Account), rows)
    return list(connection.scalars(select(Account.id).where(Account.role == "handler")))


def _ticket(
    chance: random.Random, id_: int, merchant: str, at: datetime, handlers: list[int], per_day: dict[str, int]
) -> dict[str, Any]:
    day, item = f"{at:%Y%m%d}", chance.choice(ITEMS)
    per_day[day] = per_day.get(day, 0) + 1
    kind = chance.choices(("complaint", "report", "suggestion"), (80, 15, 5))[0]
    recent = chance.random() < OPEN_SHARE
    status = (
        chance.choice(("submitted", "assigned", "replied"))
        if recent
        else chance.choices(("closed", "withdrawn"), (9, 1))[0]
    )
    return {
        "id": id_, "number": f"XB{day}-{per_day[day]:06d}", "query_code": f"{chance.randrange(10**6):06d}",
        "draft_id": f"fill-{id_}", "conversation_id": f"fill-{id_}", "channel": "website", "office_id": "demo",
        "kind": kind, "status": status, "version": 4, "submitted_at": at, "updated_at": at + timedelta(days=3),
        "merchant": merchant, "merchant_key": merchants.key(merchant), "item": item, "platform": None,
        "narrative": _story(chance, merchant, item), "claim": "退货退款", "amount_text": "129元", "amount_cents": 12900,
        "order_number": f"{chance.randrange(10**15):015d}", "contact_name": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "contact_phone": f"13{chance.randrange(10**9):09d}", "as_filed": {"spans": {}, "sources": {"merchant": "read"}},
        "urgent": False, "urged": 0, "department": "消保1科" if status != "submitted" else None,
        "assignee_id": chance.choice(handlers) if status != "submitted" else None,
        "result": "已退款，双方同意。" if status == "closed" else None,
    }  # fmt: skip


def _story(chance: random.Random, merchant: str, item: str) -> str:
    """40 to 3,000 characters, most of them short."""
    wanted = min(3000, max(40, int(chance.lognormvariate(5.4, 0.9))))
    told = ""
    while len(told) < wanted:
        told += chance.choice(SENTENCES).format(
            month=chance.randint(1, 12), day=chance.randint(1, 28), place=chance.choice(PLACES), merchant=merchant,
            item=item, amount=chance.randint(20, 9000), few=chance.randint(2, 9), fault=chance.choice(FAULTS),
        )  # fmt: skip
    return told[:wanted]


def _beside(connection: Any, chance: random.Random, tickets: list[dict[str, Any]], now: datetime) -> None:
    connection.execute(insert(TicketEvent), [row for ticket in tickets for row in _events(chance, ticket)])
    connection.execute(insert(TicketClock), [row for ticket in tickets for row in _clocks(chance, ticket, now)])
    looks = [ticket for ticket in tickets if chance.random() < 0.5]
    connection.execute(
        insert(Audit),
        [{"at": one["updated_at"], "role": "clerk", "account_id": None, "actor_name": "李受理", "action": "look",
          "subject": one["number"], "payload": {"field": "contact_phone"}} for one in looks],
    )  # fmt: skip
    connection.execute(
        insert(OutboxRow),
        [{"ticket_id": one["id"], "conversation_id": one["conversation_id"], "channel": "website",
          "response": "utter_notice_accepted", "params": {"number": one["number"], "kind": one["kind"]}, "speaker": "bot",
          "created_at": one["updated_at"], "due_at": one["updated_at"], "state": "delivered", "attempts": 1,
          "delivered_at": one["updated_at"]} for one in tickets],
    )  # fmt: skip


def _events(chance: random.Random, ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    steps = ["submit", "accept", "assign"] + ["supplement"] * min(36, max(0, int(chance.expovariate(1 / 5))))
    if ticket["status"] == "closed":
        steps.append("close")
    for place, step in enumerate(steps):
        yield {
            "ticket_id": ticket["id"], "at": ticket["submitted_at"] + timedelta(hours=7 * place), "step": step,
            "status_from": "submitted" if place else None, "status_to": "submitted", "role": "clerk", "account_id": None,
            "actor_name": "李受理", "payload": {"text": "群众来电补充了情况，已记录，请继续办理。"} if place else {},
        }  # fmt: skip


def _clocks(chance: random.Random, ticket: dict[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    began = ticket["submitted_at"].date()
    running = ticket["status"] in ("submitted", "assigned", "replied")
    for name, days in (("accept", 9), ("mediate", 60))[: 2 if ticket["kind"] == "complaint" else 1]:
        runs = running and (name == "mediate" or ticket["status"] == "submitted")
        # What is still open was filed lately by its dates, so that not all of it is overdue.
        start = now.date() - timedelta(days=chance.randint(0, 70)) if runs else began
        yield {
            "ticket_id": ticket["id"], "rule_id": f"fill-{name}", "name": name, "label": "决定是否受理" if name == "accept" else "调解",
            "started_on": start, "due": start + timedelta(days=days), "due_lenient": start + timedelta(days=days + 1),
            "law": "办法第十五条", "statutory": True, "provisional": False, "how": "测量用", "met_by": "accept reject",
            "state": "running" if runs else "met", "ended_on": None if runs else start + timedelta(days=chance.randint(1, days + 2)),
        }  # fmt: skip


def _after_explicit_ids(connection: Any, tickets: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.setval("tickets_id_seq", tickets)))
    else:
        connection.exec_driver_sql("ANALYZE")
