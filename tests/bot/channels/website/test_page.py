"""The chat page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from bot.channels.website.pages import STATIC
from tests.bot.channels.website.conftest import Bot
from tests.bot.channels.website.test_evidence import picture
from tests.bot.channels.website.test_evidence import stored as stored_files
from tests.bot.channels.website.test_notices import SECRET, push
from tests.bot.channels.website.test_parts import film
from tests.bot.channels.website.test_turns import soon
from tests.factories import REFERENCE
from xiaobao.conversations import sensitive

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(bot: Bot, context: BrowserContext) -> Page:
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
    opened.goto(f"{bot.base}/chat")
    expect(opened.locator(".doors .button")).to_have_count(4)
    opened.problems = problems  # type: ignore[attr-defined]
    return opened


def say(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.press("#text", "Enter")


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth && document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth"))  # fmt: skip


def test_the_first_visit_shows_four_doors_and_three_questions_and_nothing_broken(page: Page) -> None:
    expect(page.locator(".examples .button")).to_have_count(3)
    expect(page.locator(".message .speaker").first).to_have_text("智能助手 自动回复")
    say(page, "能退吗")
    expect(page.locator(".citation > button")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]


def test_no_request_leaves_the_origin(bot: Bot, context: BrowserContext) -> None:
    asked: list[str] = []
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"{bot.base}/chat")
    expect(opened.locator(".doors")).to_be_visible()
    say(opened, "能退吗")
    expect(opened.locator(".citation")).to_be_visible()
    assert {u for u in asked if not u.startswith((bot.base, "blob:"))} == set()


def test_enter_sends_but_not_while_a_word_is_composed(bot: Bot, page: Page) -> None:
    page.fill("#text", "jianshenka")
    for options in ("isComposing: true", "keyCode: 229"):
        page.evaluate(
            "(o) => document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...o}))",
            {"isComposing": True} if "Composing" in options else {"keyCode": 229},
        )
    page.press("#text", "Shift+Enter")
    page.wait_for_timeout(200)
    assert bot.texts() == []
    page.fill("#text", "健身卡")
    page.press("#text", "Enter")
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：健身卡")
    expect(page.locator("#text")).to_have_value("")
    assert bot.texts() == ["健身卡"]


def test_what_people_write_is_shown_as_words_never_as_html(page: Page) -> None:
    say(page, "<img src=x onerror=alert(1)><b>粗</b>")
    expect(page.locator(".message.citizen .bubble")).to_have_text("<img src=x onerror=alert(1)><b>粗</b>")
    expect(page.locator(".message.bot .bubble").last).to_contain_text("<b>粗</b>")
    assert page.locator("#messages img, #messages b").count() == 0


def test_a_pressed_button_is_dead_also_after_a_reload(bot: Bot, page: Page) -> None:
    page.click(".doors .button >> nth=1")
    expect(page.locator(".message.citizen .bubble")).to_have_text("我要投诉")
    expect(page.locator(".message.bot .bubble").last).to_contain_text("听到了")
    expect(page.locator(".doors .button").nth(1)).to_be_disabled()
    expect(page.locator(".doors .button").nth(0)).to_be_enabled()
    page.reload()
    expect(page.locator(".message.citizen .bubble")).to_have_text("我要投诉")
    expect(page.locator(".doors .button").nth(1)).to_be_disabled()
    assert bot.texts() == ["/door_1"]


def test_what_is_typed_offline_is_kept_over_a_reload_and_sent_in_order_once(
    bot: Bot, page: Page, context: BrowserContext
) -> None:
    context.route("**/chat/messages*", lambda route: route.abort())
    for text in ("第一句", "第二句", "第三句"):
        say(page, text)
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator(".message.citizen .state").last).to_have_text("没有网络，先存着")
    page.reload()
    expect(page.locator(".message.citizen")).to_have_count(3)
    context.unroute("**/chat/messages*")
    expect(page.locator(".message.bot .bubble").last).to_contain_text("第三句", timeout=20_000)
    expect(page.locator("#offline")).to_be_hidden()
    assert [line for run in bot.texts() for line in run.split("\n")] == ["第一句", "第二句", "第三句"]
    shown = page.locator(".message.citizen .bubble").all_inner_texts()
    assert shown == ["第一句", "第二句", "第三句"]


def test_an_answer_lost_on_its_way_is_fetched_again_without_a_second_run(
    bot: Bot, page: Page, context: BrowserContext
) -> None:
    lost: list[bool] = []

    def lose_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(True)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    context.route("**/chat/messages*", lose_first)
    say(page, "我办了张卡")
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：我办了张卡")
    expect(page.locator(".message.citizen .state")).to_have_text("已送达")
    expect(page.locator(".message.citizen")).to_have_count(1)
    assert bot.texts() == ["我办了张卡"]


def test_a_refused_text_comes_back_into_the_composer_with_the_reason(page: Page, context: BrowserContext) -> None:
    long = "我" * 10_001
    page.evaluate(
        "(t) => { const a = document.getElementById('text'); a.value = t; a.dispatchEvent(new Event('input')); }", long
    )
    page.click(".send")
    expect(page.locator("#problem")).to_contain_text("分成几段")
    assert page.input_value("#text") == long
    page.fill("#text", "/")
    page.click(".send")
    expect(page.locator("#problem")).to_contain_text("还没看到内容")
    assert page.input_value("#text") == "/"


def test_a_server_that_breaks_offers_to_try_again(bot: Bot, page: Page, context: BrowserContext) -> None:
    context.route("**/chat/messages", lambda route: route.fulfill(status=500, json={"code": "broken", "message": "x"}))
    say(page, "在吗")
    retry = page.locator(".message.citizen .state button")
    expect(retry).to_have_text("重试")
    context.unroute("**/chat/messages")
    retry.click()
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：在吗")
    assert bot.texts() == ["在吗"]


def test_staff_is_heard_without_a_reload(bot: Bot, page: Page) -> None:
    from tests.bot.channels.website.conftest import Client
    from tests.bot.channels.website.test_notices import conversation_of

    token = page.evaluate("localStorage.getItem('xiaobao.token')")
    assert push(bot, SECRET, conversation_id=conversation_of(Client(bot.base, token))).status_code == 200
    expect(page.locator(".message.staff .speaker")).to_have_text("工作人员 王工")
    expect(page.locator(".message.staff .bubble")).to_contain_text("已受理")


def test_the_summary_has_one_primary_button_and_links_to_change(bot: Bot, page: Page) -> None:
    say(page, "汇总")
    expect(page.locator(".card .row")).to_have_count(4)
    expect(page.locator(".card .primary")).to_have_count(1)
    expect(page.locator(".card .primary")).to_have_text("确认提交")
    page.get_by_role("button", name="改金额").click()
    expect(page.locator(".message.citizen .bubble").last).to_have_text("金额")
    assert bot.texts()[-1] == '/correct_answer{"slot_name": "amount"}'


def test_the_contact_card_is_a_form_that_says_what_is_wrong(bot: Bot, page: Page) -> None:
    say(page, "联系")
    form = page.locator("form.card")
    expect(form.get_by_label("手机号")).to_have_attribute("autocomplete", "tel")
    expect(form.get_by_label("手机号")).to_have_attribute("inputmode", "tel")
    form.get_by_label("怎么称呼您").fill("王小明")
    form.get_by_label("手机号").fill("1380013")
    form.get_by_role("button").click()
    expect(form.locator(".error:visible")).to_have_text("手机号是11位数字，座机请带区号")
    expect(form.get_by_label("手机号")).to_be_focused()
    form.get_by_label("手机号").fill("13800138000")
    form.get_by_role("button").click()
    expect(page.locator(".message.citizen .bubble").last).to_have_text("王小明，13800138000")
    assert soon(lambda: bot.texts()[-1].startswith("/give_contact{"))


@pytest.mark.parametrize("ticked", [False, True])
def test_the_merchant_may_be_told_only_by_a_tick(bot: Bot, page: Page, ticked: bool) -> None:
    say(page, "联系")
    form = page.locator("form.card")
    box = form.get_by_label("可以转给商家（不勾就不转）")
    expect(box).not_to_be_checked()
    form.get_by_label("怎么称呼您").fill("王小明")
    form.get_by_label("手机号").fill("13800138000")
    if ticked:
        box.check()
    form.get_by_role("button").click()
    expect(page.locator(".message.citizen .bubble").last).to_contain_text("13800138000")
    assert soon(lambda: bot.texts()[-1].startswith("/give_contact{"))
    assert ('"pass_on_to_merchant": "可以转给商家"' in bot.texts()[-1]) == ticked


def test_the_card_of_facts_takes_words_or_the_box_and_names_what_is_left(bot: Bot, page: Page) -> None:
    say(page, "几样")
    form = page.get_by_role("form", name="还差的几样")
    form.get_by_label("多少钱", exact=True).fill("680")
    form.get_by_role("checkbox", name="不知道：哪天的事").check()
    form.get_by_role("button", name="填好了").click()
    expect(form.locator(".error:visible").first).to_have_text("填上，或者勾“不知道”")
    expect(form.get_by_label("哪家银行、保险公司或平台", exact=True)).to_be_focused()
    form.get_by_label("哪家银行、保险公司或平台", exact=True).fill("演示银行")
    form.get_by_role("button", name="填好了").click()
    expect(form.locator(".error:visible")).to_have_text("请选一个")
    form.get_by_role("group", name="找这家机构反映过吗").get_by_label("还没有").check()
    assert no_sideways_scroll(page)
    form.get_by_role("button", name="填好了").click()
    expect(page.locator(".message.citizen .bubble").last).to_contain_text("演示银行")
    told = '/give_facts{"institution": "演示银行", "complained_to_institution": "还没有", "amount": "680", "event_date": "不知道"}'
    assert soon(lambda: bot.texts()[-1] == told)


def test_words_and_the_box_do_not_stand_together(page: Page) -> None:
    say(page, "几样")
    form = page.locator("form.card")
    field, box = form.get_by_label("多少钱", exact=True), form.get_by_role("checkbox", name="不知道：多少钱")
    field.fill("680")
    box.check()
    expect(field).to_have_value("")
    field.fill("690")
    expect(box).not_to_be_checked()


def test_the_card_of_facts_goes_by_keyboard_alone(bot: Bot, page: Page) -> None:
    say(page, "几样")
    page.locator("form.card input").first.focus()
    for key in ("演", "Tab", "Tab", "Space", "Tab", "6", "Tab", "Tab", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.type(key) if len(key) == 1 else page.keyboard.press(key)
    assert soon(lambda: bot.texts()[-1].startswith("/give_facts{"))
    assert '"amount": "6"' in bot.texts()[-1] and '"event_date": "不知道"' in bot.texts()[-1]


def test_the_same_card_again_takes_over_what_was_written(page: Page) -> None:
    say(page, "几样")
    page.locator("form.card").get_by_label("多少钱", exact=True).fill("680")
    page.locator("form.card").get_by_role("checkbox", name="不知道：哪天的事").check()
    say(page, "这几样，为什么要问")
    expect(page.locator("form.card")).to_have_count(2)
    expect(page.locator("form.card:visible")).to_have_count(1)
    expect(page.locator("form.card:visible").get_by_label("多少钱", exact=True)).to_have_value("680")
    expect(page.locator("form.card:visible").get_by_role("checkbox", name="不知道：哪天的事")).to_be_checked()
    expect(page.locator("form.card:visible").get_by_role("checkbox", name="不知道：多少钱")).not_to_be_checked()


def test_the_card_of_facts_is_shut_when_one_types_instead(page: Page) -> None:
    say(page, "几样")
    card = page.locator("form.card")
    expect(card.get_by_role("button", name="填好了")).to_be_enabled()
    say(page, "演示银行，680")
    expect(card.get_by_role("button", name="填好了")).to_be_disabled()
    expect(card.get_by_label("多少钱", exact=True)).to_be_disabled()
    say(page, "几样")
    expect(page.locator("form.card:visible").last.get_by_label("多少钱", exact=True)).to_be_enabled()


def test_the_citation_opens_in_place_and_the_strip_asks_for_the_summary(bot: Bot, page: Page) -> None:
    say(page, "能退吗")
    fold = page.locator(".citation > button")
    expect(page.locator(".article")).to_be_hidden()
    fold.click()
    expect(page.locator(".article")).to_contain_text("七日内退货")
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#strip")).to_have_text("草稿：已填 5 项，还差 2 项")
    page.click("#strip")
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：看看填了什么")


def test_the_receipt_can_be_printed_from_its_own_page(page: Page, context: BrowserContext) -> None:
    say(page, "回执")
    expect(page.locator(".number")).to_have_text("XB20261124-000017")
    with context.expect_page() as opened:
        page.get_by_role("link", name="打印").click()
    paper = opened.value
    expect(paper.locator("table").first).to_contain_text("483920")
    expect(paper.locator(".mono")).to_contain_text("9f86d081")


def test_large_type_shows_one_question_at_a_time_and_is_remembered(page: Page) -> None:
    say(page, "在吗")
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：在吗")
    page.click("#large")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    expect(page.locator(".doors")).to_be_hidden()
    expect(page.locator(".message.bot .bubble").last).to_be_visible()
    page.click("#earlier")
    expect(page.locator(".doors")).to_be_visible()
    page.reload()
    expect(page.locator("#large")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("large", [False, True])
def test_a_narrow_telephone_needs_no_sideways_scroll(page: Page, large: bool) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    if large:
        page.click("#large")
    for text in ("汇总", "联系", "回执", "信", "依据", "很长" * 200, "x" * 300):
        before = page.locator(".message.bot").count()
        say(page, text)
        page.locator(".message.bot").nth(before).wait_for(state="attached")
        assert no_sideways_scroll(page), text
    page.click("#plus")
    assert no_sideways_scroll(page)


def test_buttons_are_large_enough_for_a_thumb(page: Page) -> None:
    say(page, "能退吗")
    expect(page.locator(".citation")).to_be_visible()
    small = page.evaluate(
        "Array.from(document.querySelectorAll('button')).filter(b => b.offsetParent && (b.offsetHeight < 44 || b.offsetWidth < 44)).map(b => b.textContent)"
    )
    assert small == []


def test_everything_can_be_done_with_the_keyboard(bot: Bot, page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"large", "human", "我要投诉", "plus", "text"} <= set(seen)
    page.locator(".doors .button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message.bot .bubble").last).to_contain_text("听到了")
    page.locator("#plus").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-pick=camera]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#plus")).to_be_focused()


def test_a_screen_reader_hears_who_speaks(page: Page) -> None:
    log = page.locator("[role=log]:has(#messages)")
    expect(log).to_have_attribute("aria-live", "polite")
    say(page, "在吗")
    expect(page.locator(".message.bot .bubble").last).to_have_text("听到了：在吗")
    assert page.locator(".message.citizen .speaker").all_inner_texts() == ["您"]


def test_a_photo_is_sent_with_progress_and_stays_after_a_reload(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "会员卡.jpg"
    photo.write_bytes(picture(size=(800, 600)))
    page.click("#plus")
    with page.expect_file_chooser() as chooser:
        page.click("[data-pick=album]")
    chooser.value.set_files(str(photo))
    stored = page.locator(".message.citizen[data-seq] .file")
    expect(stored).to_contain_text("会员卡.jpg")
    expect(page.locator(".message.pending")).to_have_count(0)
    expect(page.locator(".message.bot .bubble").last).to_contain_text("收到")
    page.reload()
    expect(page.locator(".message.citizen .file")).to_contain_text("会员卡.jpg")


def test_a_failed_upload_can_be_retried_and_a_wrong_file_says_why(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    photo, program = tmp_path / "a.jpg", tmp_path / "b.jpg"
    photo.write_bytes(picture(colour=3))
    program.write_bytes(b"MZ" + b"\0" * 300)
    context.route("**/chat/evidence", lambda route: route.abort())
    page.set_input_files("#album", str(photo))
    expect(page.locator(".message.pending .state")).to_contain_text("没传上")
    context.unroute("**/chat/evidence")
    page.click(".message.pending .state button")
    expect(page.locator(".message.citizen[data-seq] .file")).to_contain_text("a.jpg")
    page.set_input_files("#album", str(program))
    expect(page.locator(".message.pending .state")).to_contain_text("这种文件收不了")


def test_a_film_goes_in_parts_through_a_broken_network_and_a_reload(
    bot: Bot, page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    clip = tmp_path / "现场.mp4"
    clip.write_bytes(film(9 * 1024 * 1024))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)

    def third_is_lost(route: Route) -> None:
        route.abort() if len(sent) == 3 else route.continue_()

    context.route("**/chat/evidence/uploads/*offset*", third_is_lost)
    page.set_input_files("#file", str(clip))
    expect(page.locator(".message.pending .state")).to_contain_text("接着传")
    page.reload()
    expect(page.locator("#problem")).to_contain_text("现场.mp4")
    context.unroute("**/chat/evidence/uploads/*offset*")
    before = len(sent)
    page.set_input_files("#file", str(clip))
    stored = page.locator(".message.citizen[data-seq] .file")
    expect(stored).to_contain_text("现场.mp4")
    expect(stored).to_contain_text("视频")
    expect(page.locator(".message.pending")).to_have_count(0)
    assert 0 < len(sent) - before < 5 and "offset=0" not in "".join(sent[before:])
    assert clip.read_bytes() in stored_files(bot)
    assert page.evaluate("localStorage.getItem('xiaobao.parts')") is None


def test_a_lost_part_is_sent_again_without_the_citizen(page: Page, context: BrowserContext, tmp_path: Path) -> None:
    clip = tmp_path / "长.mov"
    clip.write_bytes(film(9 * 1024 * 1024, b"qt  ", seed=5))
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if "offset=4194304" in route.request.url and not lost:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/chat/evidence/uploads/*offset*", lose_one)
    page.set_input_files("#file", str(clip))
    expect(page.locator(".message.citizen[data-seq] .file")).to_contain_text("长.mov", timeout=20_000)
    assert lost and page.problems == []  # type: ignore[attr-defined]


def test_a_photo_can_be_called_sensitive_and_the_answer_is_a_button(page: Page, bot: Bot, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_77.jpg"
    photo.write_bytes(picture(colour=4242))
    page.set_input_files("#album", str(photo))
    page.get_by_role("button", name="这是证件、流水或病历？").click()
    page.get_by_role("button", name="身份证件", exact=True).click()
    expect(page.locator(".message.bot .bubble").last).to_contain_text("敏感个人信息")
    page.get_by_role("button", name="不同意", exact=True).click()
    expect(page.locator(".message.bot .bubble").last).to_contain_text("已经删掉")
    assert photo.read_bytes() not in stored_files(bot) and bot.texts() == []
    other = tmp_path / "IMG_78.jpg"
    other.write_bytes(picture(colour=4243))
    page.set_input_files("#album", str(other))
    label = page.get_by_role("button", name="这是证件、流水或病历？")
    expect(label).to_be_visible()
    say(page, "在吗")
    expect(label).to_be_hidden()
    assert no_sideways_scroll(page) and page.problems == []  # type: ignore[attr-defined]


def test_forty_photos_chosen_at_once_come_one_after_the_other(page: Page, tmp_path: Path) -> None:
    photos = [tmp_path / f"{n}.png" for n in range(40)]
    for n, photo in enumerate(photos):
        photo.write_bytes(picture("PNG", colour=30_000 + n))
    page.set_input_files("#album", [str(photo) for photo in photos])
    expect(page.locator(".message.pending .state.failed")).to_have_count(20, timeout=30_000)
    expect(page.locator(".message.citizen[data-seq] .file")).to_have_count(20)
    expect(page.locator(".message.pending .state").first).to_contain_text("请保留原件")


def test_the_labels_of_the_page_are_the_kinds_there_are() -> None:
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    papers = re.search(r"papers: \{(.*)\}", words)
    assert papers and set(re.findall(r"(\w+):", papers.group(1))) == {*sensitive.load(REFERENCE), sensitive.ORDINARY}


def test_the_page_asks_for_less_motion_when_the_system_does(bot: Bot, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce", color_scheme="dark")
    page = context.new_page()
    page.goto(f"{bot.base}/chat")
    expect(page.locator(".doors")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.typing i')).animationName") == "none"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert re.fullmatch(r"rgb\(16, 21, 28\)", ground)
    context.close()
