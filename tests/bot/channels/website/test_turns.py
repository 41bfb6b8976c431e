"""What happens when the bot says nothing, half of it, or dies."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from tests.bot.channels.website.conftest import Bot, Client


def soon(check: Callable[[], bool], seconds: float = 8) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.1)
    return False


def texts(client: Client, speaker: str) -> list[str]:
    return [m["text"] for m in client.after(0)["messages"] if m["speaker"] == speaker]


def test_a_silent_turn_is_run_again_until_it_answers_and_the_citizen_is_told_meanwhile(
    bot: Bot, citizen: Client
) -> None:
    bot.set("silent")
    bot.actions.stop()
    try:
        answer = citizen.post("k1", text="我要投诉健身房").json()
        assert [m["speaker"] for m in answer["messages"]] == ["system"]
        assert "存好了" in answer["messages"][0]["text"]
        assert citizen.post("k1", text="我要投诉健身房").json()["messages"] == answer["messages"]
    finally:
        bot.actions.start()
        bot.set("silent", on=False)
    assert soon(lambda: "听到了：我要投诉健身房" in texts(citizen, "bot"))
    assert len(texts(citizen, "system")) == 1
    assert texts(citizen, "bot").count("听到了：我要投诉健身房") == 1
    later = citizen.post("k1", text="我要投诉健身房").json()["messages"]
    assert [m["speaker"] for m in later] == ["system", "bot"]


def test_a_turn_that_recovers_in_time_says_nothing_of_its_trouble(bot: Bot, citizen: Client) -> None:
    bot.set("silent")
    threading.Timer(0.3, lambda: bot.set("silent", on=False)).start()
    assert [m["text"] for m in citizen.say("在吗")] == ["听到了：在吗"]
    assert texts(citizen, "system") == []


def test_the_half_of_a_failed_attempt_is_not_shown(bot: Bot, citizen: Client) -> None:
    bot.set("half")
    threading.Timer(0.3, lambda: bot.set("half", on=False)).start()
    assert [m["text"] for m in citizen.say("在吗")] == ["听到了：在吗"]
    assert "前半句" not in texts(citizen, "bot")
    assert len(bot.texts()) >= 2


def test_an_action_that_wants_a_retry_lends_its_words_and_gets_it(bot: Bot, citizen: Client) -> None:
    bot.set("retry")
    told = citizen.say("确认提交")
    assert [(m["speaker"], m["text"]) for m in told] == [("system", "还没提交成功，您说的都保存好了。")]
    bot.set("retry", on=False)
    assert soon(lambda: "听到了：确认提交" in texts(citizen, "bot"))


def test_a_message_that_can_never_be_handled_does_not_block_the_next(bot: Bot, citizen: Client) -> None:
    citizen.post(text="毒")
    assert soon(lambda: any("没能处理好" in text for text in texts(citizen, "system")))
    assert [m["text"] for m in citizen.say("在吗")] == ["听到了：在吗"]


def test_what_was_owed_when_the_process_was_killed_is_answered_after_the_restart(own_bot: Bot) -> None:
    citizen = own_bot.client().greeted()
    own_bot.set("silent")
    waiting = threading.Thread(target=lambda: _ignore(lambda: citizen.post("k1", text="我要投诉健身房")))
    waiting.start()
    assert soon(lambda: bool(own_bot.texts()))
    own_bot.kill()
    waiting.join()
    own_bot.set("silent", on=False)
    own_bot.start()
    assert soon(lambda: "听到了：我要投诉健身房" in texts(citizen, "bot"), seconds=10)
    runs = len(own_bot.texts())
    again = citizen.post("k1", text="我要投诉健身房").json()["messages"]
    assert again[-1]["text"] == "听到了：我要投诉健身房"
    assert len(own_bot.texts()) == runs
    assert texts(citizen, "citizen") == ["我要投诉健身房"]


def test_ten_citizens_at_once_each_get_their_own_answer(bot: Bot) -> None:
    clients = [bot.client().greeted() for _ in range(10)]

    def talk(n: int, client: Client) -> None:
        for turn in range(4):
            client.say(f"我是{n}号第{turn}句")

    threads = [threading.Thread(target=talk, args=(n, client)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, client in enumerate(clients):
        expected = [f"听到了：我是{n}号第{turn}句" for turn in range(4)]
        assert soon(lambda c=client, e=expected: texts(c, "bot")[1:] == e), texts(client, "bot")  # type: ignore[misc]


def _ignore(call: Callable[[], object]) -> None:
    with contextlib.suppress(OSError):
        call()
