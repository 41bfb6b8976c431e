"""A server with the real channel and a stand-in for Rasa's agent; run as a process, killed like one.

Rasa's seam is `app.ctx.agent.handle_message(message)`. The stand-in notes every run in `runs.jsonl` and is
steered by files in its folder: `silent` (a turn says nothing), `half` (says a half, then fails like Rasa does),
`retry` (an action that could not do its work). Usage: python -m tests.bot.channels.website.stand_in FOLDER PORT
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from rasa.shared.utils.io import read_yaml_file
from sanic import Sanic

from bot.channels.website.channel import WebsiteInput
from bot.channels.website.turns import Patience
from xiaobao.settings import ROOT, Settings

DOORS = ["我想问政策", "我要投诉", "我要举报", "提个意见"]
EXAMPLES = ["网购七天内能无理由退货吗", "健身房关门了，卡里的钱怎么退", "提前还贷款，银行收违约金合理吗"]
ARTICLE = "经营者采用网络、电视、电话、邮购等方式销售商品，消费者有权自收到商品之日起七日内退货，且无需说明理由。"
CARDS: dict[str, dict[str, Any]] = {
    "依据": {
        "type": "citations",
        "items": [
            {"law": "消费者权益保护法", "article": "第二十五条", "text": ARTICLE, "effective": "2014-03-15", "source": "国家法律法规数据库"}
        ],
    },
    "汇总": {
        "type": "summary",
        "rows": [
            {"n": 1, "title": "商家", "value": "乐动健身（云泽和平路店）", "payload": "/correct_answer{\"slot_name\": \"merchant\"}"},
            {"n": 2, "title": "金额", "value": "2680元", "payload": "/correct_answer{\"slot_name\": \"amount\"}"},
            {"n": 3, "title": "日期", "value": "10月3日（周六）", "payload": "/correct_answer{\"slot_name\": \"event_date\"}"},
            {"n": 4, "title": "经过", "value": "十月三号办了一年的健身卡，交了2680元，上周店关了，电话也打不通。" * 3, "payload": "/correct_answer{\"slot_name\": \"narrative\"}"},
        ],
        "lines": ["提交就表示：这些是您自己的经历，买来自己用，没有在别处处理过。"],
    },
    "联系": {
        "type": "contact",
        "fields": [
            {"name": "contact_name", "title": "怎么称呼您", "value": "", "required": True},
            {"name": "contact_phone", "title": "手机号", "value": "", "required": True},
            {"name": "contact_address", "title": "住址", "value": "", "required": False},
            {"name": "pass_on_to_merchant", "title": "可以转给商家（不勾就不转）", "value": "", "required": False, "tick": "可以转给商家", "untick": "不要转"},
        ],
        "notice": "只用来办这件事，身份证号和住址不会给商家。",
    },
    "几样": {
        "type": "facts",
        "fields": [
            {"name": "institution", "title": "哪家银行、保险公司或平台", "value": "", "required": True, "unknown": "不知道"},
            {"name": "complained_to_institution", "title": "找这家机构反映过吗", "value": "", "required": True, "choices": ["找过", "还没有"]},
            {"name": "amount", "title": "多少钱", "value": "", "required": True, "unknown": "不知道"},
            {"name": "event_date", "title": "哪天的事", "value": "", "required": True, "unknown": "不知道"},
        ],
    },
    "回执": {
        "type": "receipt",
        "number": "XB20261124-000017",
        "query_code": "483920",
        "submitted_at": "2026年11月24日 15:20",
        "deadline": "12月3日（周四）前告诉您受不受理",
        "rows": [{"title": "商家", "value": "乐动健身（云泽和平路店）"}, {"title": "金额", "value": "2680元"}, {"title": "诉求", "value": "退款"}],
        "evidence": [{"filename": "会员卡.jpg", "size": 182044, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
        "next": ["随时来问进度、补材料、撤回", "工作人员可能会打您留的电话"],
    },
    "信": {"type": "letter", "title": "给商家的协商信", "text": "乐动健身：\n我于10月3日在贵店办卡，交2680元。\n请于收到后七日内退款。"},
}  # fmt: skip


class Agent:
    """What the channel sees of Rasa's agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        responses = read_yaml_file(ROOT / "data" / "responses" / "channel.yml")["responses"]
        sent = read_yaml_file(ROOT / "data" / "responses" / "notices.yml")["responses"]["utter_notice_document"]
        own = {"utter_notice_accepted": NOTICE, "utter_notice_document": sent}
        self.domain = SimpleNamespace(responses={**responses, **own})

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: UserMessage) -> None:
        """Note the run, then answer by the text."""
        text = message.text or ""
        with (self.folder / "runs.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"text": text, "sender": message.sender_id, "metadata": message.metadata}) + "\n")
        if "慢" in text:
            await asyncio.sleep(0.6)
        send = message.output_channel.send_response
        if self._is("silent") or "毒" in text:
            return
        if self._is("half"):
            await send(message.sender_id, {"text": "前半句"})
            logging.getLogger("rasa.core.processor").error("Encountered an exception while running action 'x'.")
            return
        if self._is("retry"):
            await send(message.sender_id, {"text": "还没提交成功，您说的都保存好了。", "custom": {"retry": True}})
            return
        for said in replies(text):
            await send(message.sender_id, said)

    def _is(self, name: str) -> bool:
        return (self.folder / name).exists()


NOTICE = [
    {
        "text": "{number} 已受理，由{handler}联系商家。",
        "buttons": [{"title": "看进度", "payload": '/ask_progress{{"ticket_number": "{number}"}}'}],
    }
]


def replies(text: str) -> list[dict[str, Any]]:
    """A few turns worth looking at; else an echo."""
    if text == "/greet":
        buttons = [{"title": t, "payload": f"/door_{n}"} for n, t in enumerate(DOORS)]
        buttons += [{"title": t, "payload": f'/ask{{"question": "{t}"}}'} for t in EXAMPLES]
        hello = (
            "您好，我是云泽市市场监督管理局（演示）的消费维权助手小宝（自动回复，不是真人）。"
            "可以问我政策，也可以把遇到的事直接讲给我听，我帮您写成投诉。随时说“转人工”。"
        )
        return [{"custom": {"form": None}}, {"text": hello, "buttons": buttons}]
    for word, card in CARDS.items():
        if word in text:
            buttons = [{"title": "确认提交", "payload": "/affirm"}, {"title": "先放着", "payload": "/pause"}]
            return [{"text": f"这是{word}。", "custom": {"card": card}, "buttons": buttons if word == "汇总" else []}]
    if "退" in text:
        answer = "可以退。网购收到货起七天内，不用讲理由。定做的、鲜活易腐的除外；东西要完好，没另外约定，运费由您出。"
        buttons = [{"title": t, "payload": f"/{p}"} for t, p in (("帮我投诉", "c"), ("有用", "g"), ("没用", "b"))]
        return [
            {"text": answer, "custom": {"card": CARDS["依据"]}, "buttons": buttons},
            {"custom": {"form": {"title": "投诉草稿", "filled": 5, "missing": 2}}},
        ]
    return [{"text": f"听到了：{text}"}]


def build(folder: Path) -> Sanic:
    """The app as Rasa would build it, without Rasa's own routes."""
    app = Sanic("stand_in", configure_logging=False)
    given = json.loads((folder / "patience.json").read_text()) if (folder / "patience.json").exists() else {}
    register([WebsiteInput(Settings.from_env(), Patience(**given))], app, route="/webhooks/")

    async def load(app: Sanic, loop: Any) -> None:
        app.ctx.agent = Agent(folder)

    app.register_listener(load, "before_server_start")
    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    build(Path(sys.argv[1])).run(host="127.0.0.1", port=int(sys.argv[2]), access_log=True)
