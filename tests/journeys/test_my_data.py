"""我的信息 on the running product: seen, taken along, and erased so that no file of the installation holds any of it."""

from __future__ import annotations

import io
import time

import pytest
import requests
from PIL import Image

from tests.journeys.test_main_job import file, said
from tests.privacy import search
from tests.simulators.citizen import Citizen
from tests.simulators.product import Product

pytestmark = [pytest.mark.model, pytest.mark.slow]
NAME, PHONE = "司马璎珞", "13677412985"
STORY = "我要投诉：10月3日我在珊瑚沙龙花2680元烫发，头皮被药水灼伤，店长翻脸不认，要求退款"
NEEDLES = {NAME, PHONE, "珊瑚沙龙", "头皮被药水灼伤"}


@pytest.fixture
def citizen(product: Product) -> Citizen:
    someone = Citizen(product.bot)
    someone.open()
    return someone


def left(product: Product, since: float) -> dict[str, set[str]]:
    """Needles and the files they lie in."""
    return search.in_folder(NEEDLES, product.data, since)


def test_erased_in_the_middle_of_a_form_nothing_is_left_on_the_disk(product: Product, citizen: Citizen) -> None:
    photo, begun = io.BytesIO(), time.time()
    Image.new("RGB", (64, 64), "white").save(photo, "JPEG", comment=NAME.encode())
    sent = requests.post(
        f"{product.bot}/chat/evidence", files={"file": (f"{NAME}.jpg", photo.getvalue(), "image/jpeg")},
        headers={"Authorization": f"Bearer {citizen.token}"}, timeout=20,
    )  # fmt: skip
    assert sent.status_code == 200
    citizen.say(f"我叫{NAME}，电话{PHONE}，美发店的事归谁管")
    citizen.say(STORY)
    assert left(product, begun).keys() == NEEDLES
    shown = citizen.say("你们存了我的哪些信息")
    assert "下载" in said(shown)
    assert "找不回来" in said(citizen.say("删除我的信息"))
    assert "大约半分钟" in said(citizen.press("确定删除"))
    end = time.monotonic() + 90
    while (found := left(product, begun)) and time.monotonic() < end:
        time.sleep(2)
    assert found == {}
    gone = requests.get(
        f"{product.bot}/chat/messages", headers={"Authorization": f"Bearer {citizen.token}"}, timeout=10
    )
    assert gone.status_code == 401  # the page begins anew


def test_with_a_ticket_it_is_proven_by_the_code_and_what_stays_is_told(product: Product, citizen: Citizen) -> None:
    receipt = file(citizen)
    assert "核对一下是不是本人" in said(citizen.say("我的信息"))
    assert receipt["number"] in said(citizen.say(receipt["query_code"]))
    asked = said(citizen.say("把我的信息都删了"))
    assert "确定删除吗" in asked and "第四十七条" in asked and receipt["query_code"] in asked
    assert "请现在记下" in said(citizen.press("确定删除"))
    other = Citizen(product.bot)
    other.open()
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        url = f"{product.bot}/chat/messages"
        if requests.get(url, headers={"Authorization": f"Bearer {citizen.token}"}, timeout=10).status_code == 401:
            break
        time.sleep(1)
    other.say("查进度")
    assert receipt["number"] in said(other.say(f"{receipt['number']} {receipt['query_code']}"))
