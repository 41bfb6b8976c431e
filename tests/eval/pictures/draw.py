"""Draw the 40 clean pictures of the receipt test set and write their labels.

Run ``python draw.py``: it writes ``clean/NN.png`` and ``labels.jsonl`` next to this file. All shops, banks, people and
numbers are invented. Lengths inside the drawing functions are in "dp": 360 dp are the width of every picture, so that
one layout can be drawn at any pixel width.

A row of labels.jsonl holds the main answer (amount, amount_cents, date, merchant) and ``accept``: for every field the
list of all answers a fair reader may give, the main answer first. If nothing is shown, the main answer is null and the
list is ``[null]``.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
SANS, MONO = 2, 7  # faces of simplified Chinese in the Noto collections
MAX_BYTES = 60_000
Row = dict[str, Any]
Drawn = tuple[Image.Image, Row]
Pairs = Sequence[tuple[str, str]]


@functools.cache
def font(size: int, bold: bool, face: str) -> ImageFont.FreeTypeFont:
    """Font of ``size`` pixels; ``face`` is sans, serif or mono."""
    family = "Serif" if face == "serif" else "Sans"
    path = FONTS / f"Noto{family}CJK-{'Bold' if bold else 'Regular'}.ttc"
    return ImageFont.truetype(str(path), size, index=MONO if face == "mono" else SANS)


def yuan(cents: int, comma: bool = False) -> str:
    """12345 -> 123.45; with ``comma`` thousands are parted."""
    return f"{cents / 100:,.2f}" if comma else f"{cents / 100:.2f}"


def capital(cents: int) -> str:
    """Sum in the capital characters of cheques, for whole or broken sums below a hundred million yuan."""
    digits, small, big = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"], ["", "万"]
    whole, rest = divmod(cents, 100)
    text, zero = "", False
    for place in range(len(str(whole)) - 1, -1, -1):
        digit = whole // 10**place % 10
        if digit:
            text += ("零" if zero else "") + digits[digit] + small[place % 4]
            zero = False
        else:
            zero = True
        if place % 4 == 0 and place and whole // 10**place % 10000:
            text += big[place // 4]
    text += "元"
    if not rest:
        return text + "整"
    jiao, fen = divmod(rest, 10)
    text += digits[jiao] + "角" if jiao else "零"
    return text + (digits[fen] + "分" if fen else "整")


def label(
    kind: str,
    layout: str,
    cents: int | None,
    date: str | None,
    merchant: str | None,
    *,
    merchants: Sequence[str] = (),
    dates: Sequence[str] = (),
    sums: Sequence[int] = (),
) -> Row:
    """Row of labels.jsonl without its id; the keyword lists are further answers to accept.

    Names with wide brackets or spaces are also accepted with narrow ones or without.
    """
    names = [merchant, *merchants]
    names += [plain for name in names if name for plain in (re.sub("（(.*?)）", r"(\1)", name), name.replace(" ", ""))]
    return {
        "kind": kind,
        "layout": layout,
        "amount": None if cents is None else yuan(cents),
        "amount_cents": cents,
        "date": date,
        "merchant": merchant,
        "accept": {"merchant": list(dict.fromkeys(names)), "date": [date, *dates], "amount_cents": [cents, *sums]},
    }


class Sheet:
    """A picture being drawn from top to bottom; ``y`` is the pen's height in dp."""

    def __init__(self, width: int, height: float, ground: str = "#ffffff", face: str = "sans") -> None:
        self.unit = width / 360
        self.face = face
        self.ground = ground
        self.image = Image.new("RGB", (width, round(height * self.unit)), ground)
        self.pen = ImageDraw.Draw(self.image)
        self.y = 0.0

    def px(self, *lengths: float) -> list[int]:
        """Lengths in dp as pixels."""
        return [round(length * self.unit) for length in lengths]

    def font(self, size: float, bold: bool = False, face: str | None = None) -> ImageFont.FreeTypeFont:
        """Font of ``size`` dp."""
        return font(round(size * self.unit), bold, face or self.face)

    def width(self, text: str, size: float, bold: bool = False, face: str | None = None) -> float:
        """Width of a text in dp."""
        return self.font(size, bold, face).getlength(text) / self.unit

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 13,
        fill: str = "#222222",
        bold: bool = False,
        anchor: str = "la",
        face: str | None = None,
    ) -> float:
        """Write one line and give back its width; anchors are those of Pillow."""
        self.pen.text(tuple(self.px(x, y)), text, font=self.font(size, bold, face), fill=fill, anchor=anchor)
        return self.width(text, size, bold, face)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: str | None = None,
        round_: float = 0,
        outline: str | None = None,
        line: int = 2,
    ) -> None:
        """Rectangle with round corners."""
        self.pen.rounded_rectangle(self.px(x0, y0, x1, y1), round_ * self.unit, fill, outline, line if outline else 1)

    def disc(self, x: float, y: float, radius: float, fill: str | None, outline: str | None = None) -> None:
        """Filled circle around a point."""
        self.pen.ellipse(self.px(x - radius, y - radius, x + radius, y + radius), fill, outline, 2)

    def rule(self, y: float, x0: float = 12, x1: float = 348, fill: str = "#e6e6e6", dash: float = 0) -> None:
        """Level line, broken if ``dash`` is given."""
        if not dash:
            self.pen.line(self.px(x0, y, x1, y), fill, 2)
            return
        x = x0
        while x < x1:
            self.pen.line(self.px(x, y, min(x + dash, x1), y), fill, 2)
            x += 2 * dash

    def fold(self, text: str, size: float, room: float, bold: bool = False, face: str | None = None) -> list[str]:
        """Break a text into lines that fit into ``room`` dp; numbers and Latin words stay whole."""
        lines = [""]
        for word in re.findall(r"[0-9A-Za-z.,*-]+元?|.|\n", text):
            if word == "\n":
                lines.append("")
            elif self.width(lines[-1] + word, size, bold, face) > room and word not in "，。、；：！？）” ":
                lines.append(word)
            else:
                lines[-1] += word
        return lines

    def para(
        self,
        x: float,
        y: float,
        text: str,
        room: float,
        size: float = 13,
        fill: str = "#222222",
        bold: bool = False,
        lead: float = 1.5,
        face: str | None = None,
    ) -> float:
        """Write folded lines and give back the height below them."""
        for line in self.fold(text, size, room, bold, face):
            self.text(x, y, line, size, fill, bold, face=face)
            y += size * lead
        return y

    def pairs(
        self,
        pairs: Pairs,
        y: float,
        x0: float = 24,
        x1: float = 336,
        size: float = 13,
        step: float = 24,
        name: str = "#777777",
        value: str = "#222222",
        left: float | None = None,
    ) -> float:
        """Rows of name and value, the value at the right edge or, with ``left``, in a column of its own."""
        for head, body in pairs:
            self.text(x0, y, head, size, name)
            if left is None:
                self.text(x1, y, body, size, value, anchor="ra")
                y += step
            else:
                lines = self.fold(body, size, x1 - left)
                for number, line in enumerate(lines):
                    self.text(left, y + number * size * 1.4, line, size, value)
                y += step + (len(lines) - 1) * size * 1.4
        return y

    def status(self, clock: str, fill: str = "#222222") -> None:
        """Status bar of a telephone; the pen goes below it."""
        self.text(20, 8, clock, 12, fill, True)
        self.text(300, 8, "5G", 11, fill, True, "ra")
        self.box(308, 10, 330, 20, None, 2, fill)
        self.box(310, 12, 324, 18, fill, 1)
        self.y = 30

    def bar(self, title: str, fill: str = "#222222", more: bool = True) -> None:
        """Title bar with the arrow for going back."""
        y = self.y + 22
        self.pen.line(self.px(26, y - 7, 19, y, 26, y + 7), fill, max(2, round(self.unit)), joint="curve")
        self.text(180, y, title, 16, fill, True, "mm")
        if more:
            for shift in (0, 7, 14):
                self.disc(326 + shift, y, 1.6, fill)
        self.y += 44

    def thumb(self, x: float, y: float, side: float, ground: str, ink: str, shape: int) -> None:
        """Stand-in for a photograph of goods."""
        self.box(x, y, x + side, y + side, ground, 5)
        a, b = side * 0.25, side * 0.75
        if shape % 3 == 0:
            self.box(x + a, y + a, x + b, y + b, ink, 3)
            self.box(x + side * 0.42, y + side * 0.15, x + side * 0.58, y + a, ink)
        elif shape % 3 == 1:
            self.disc(x + side / 2, y + side / 2, side * 0.28, ink)
        else:
            self.pen.polygon(self.px(x + side / 2, y + a, x + b, y + b, x + a, y + b), ink)

    def button(self, x0: float, y: float, x1: float, text: str, fill: str | None, ink: str, edge: str | None) -> None:
        """Pill with a word in it."""
        self.box(x0, y, x1, y + 28, fill, 14, edge)
        self.text((x0 + x1) / 2, y + 14, text, 12, ink, anchor="mm")

    def tick(self, x: float, y: float, radius: float, fill: str) -> None:
        """Round sign of success."""
        self.disc(x, y, radius, fill)
        points = (x - radius * 0.45, y, x - radius * 0.1, y + radius * 0.38, x + radius * 0.5, y - radius * 0.35)
        self.pen.line(self.px(*points), "#ffffff", round(radius * 0.16 * self.unit), joint="curve")

    def stamp(self, x: float, y: float, radius: float, ring: str, below: str, turn: float = 0) -> None:
        """Round red stamp: words along the ring, a star, a line below it; ink lets the print shine through."""
        layer = Image.new("RGB", self.image.size, "white")
        pen = ImageDraw.Draw(layer)
        red = "#dc2b2b"
        cx, cy, r = self.px(x, y, radius)
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), None, red, max(3, r // 22))
        star = []
        for number in range(10):
            angle = math.radians(turn - 90 + number * 36)
            reach = r * (0.30 if number % 2 == 0 else 0.12)
            star.append((cx + reach * math.cos(angle), cy + reach * math.sin(angle)))
        pen.polygon(star, red)
        size = round(r * min(0.30, 4.0 / len(ring)))
        step = 236 / max(len(ring) - 1, 1)
        for number, char in enumerate(ring):
            angle = turn - 118 + number * step
            tile = Image.new("L", (size * 2, size * 2), 0)
            ImageDraw.Draw(tile).text((size, size), char, 255, font(size, True, "serif"), anchor="mm")
            tile = tile.rotate(-angle, Image.Resampling.BICUBIC)
            reach = r * 0.78
            px = round(cx + reach * math.sin(math.radians(angle)) - size)
            py = round(cy - reach * math.cos(math.radians(angle)) - size)
            layer.paste(red, (px, py), tile)
        pen.text((cx, cy + r * 0.60), below, red, font(round(r * 0.20), True, "serif"), anchor="mm")
        self.image = ImageChops.multiply(self.image, layer)
        self.pen = ImageDraw.Draw(self.image)

    def hand(self, x: float, y: float, text: str, size: float, seed: int, fill: str = "#1f3a93") -> None:
        """Text as if written with a ball pen: every sign a little turned, raised and leaning."""
        rng = np.random.default_rng(seed)
        for char in text:
            side = round(size * self.unit)
            tile = Image.new("L", (side * 2, side * 2), 0)
            scale = round(side * rng.uniform(0.92, 1.08))
            ImageDraw.Draw(tile).text((side, side), char, 255, font(scale, False, "serif"), anchor="mm")
            lean = rng.uniform(0.05, 0.22)
            tile = tile.transform(tile.size, Image.Transform.AFFINE, (1, lean, -lean * side, 0, 1, 0), Image.BICUBIC)
            tile = tile.rotate(rng.uniform(-5, 6), Image.Resampling.BICUBIC)
            left, top = self.px(x, y + rng.uniform(-0.8, 0.8))
            wide = font(scale, False, "serif").getlength(char)
            self.image.paste(fill, (round(left + wide / 2) - side, top - side // 2), tile)
            x += wide / self.unit + rng.uniform(-0.3, 0.8)

    def done(self, y: float) -> Image.Image:
        """The picture cut off below ``y``."""
        return self.image.crop((0, 0, self.image.width, min(self.image.height, self.px(y)[0])))


# ---------------------------------------------------------------------------------------------------------- orders


def order_cards(
    width: int,
    dark: bool,
    shop: str,
    item: tuple[str, str, str, str],
    costs: Pairs,
    total: tuple[str, str],
    facts: Pairs,
    state: str,
    accent: str,
) -> Image.Image:
    """Order page of a shopping app: cards on a ground, parcel, address, goods, costs, numbers."""
    ground, card, ink, dim = (
        ("#111113", "#1e1f22", "#e8e8ea", "#8d8f96") if dark else ("#f3f3f5", "#fff", "#222", "#888")
    )
    s = Sheet(width, 900, ground)
    if not dark:
        s.box(0, 0, 360, 150, accent)
    head = ink if dark else "#ffffff"
    s.status("14:36", head)
    s.bar("订单详情", head)
    s.text(24, s.y + 6, state, 18, head, True)
    s.text(24, s.y + 32, "感谢您的信任，期待再次光临", 11, head)
    y = s.y + 58
    s.box(12, y, 348, y + 64, card, 8)
    s.disc(34, y + 32, 10, accent)
    s.text(54, y + 12, "周女士  138****6172", 13, ink, True)
    s.text(54, y + 35, "梧州里12号楼3单元1802室", 12, dim)
    y += 74
    s.box(12, y, 348, y + 128 + 24 * len(costs) + 50, card, 8)
    s.box(24, y + 14, 38, y + 28, accent, 3)
    s.text(44, y + 12, shop + "  >", 13, ink, True)
    s.thumb(24, y + 40, 76, "#f0e4d6" if not dark else "#3a342c", accent, len(shop))
    for number, line in enumerate(s.fold(item[0], 13, 150)[:2]):
        s.text(110, y + 40 + number * 19, line, 13, ink)
    s.text(110, y + 84, item[1], 11, dim)
    s.text(336, y + 40, item[2], 13, ink, anchor="ra")
    s.text(336, y + 62, item[3], 12, dim, anchor="ra")
    y = s.pairs(costs, y + 132, size=13, name=dim, value=ink)
    s.rule(y + 2, 24, 336, "#34363b" if dark else "#eee")
    wide = s.width(total[1], 17, True)
    s.text(336, y + 12, total[1], 17, accent, True, "ra")
    s.text(330 - wide, y + 15, total[0], 13, ink, anchor="ra")
    y += 56
    s.box(12, y, 348, y + 20 + 24 * len(facts), card, 8)
    y = s.pairs(facts, y + 14, size=12, name=dim, value=ink) + 18
    s.button(160, y, 246, "申请售后", None, ink, dim)
    s.button(256, y, 344, "再次购买", None, accent, accent)
    return s.done(y + 46)


def p01() -> Drawn:
    """Orange cards, many stamps of time."""
    picture = order_cards(
        1080,
        False,
        "栖木家居旗舰店",
        ("北欧实木床头柜卧室小型窄柜", "原木色 40cm", "¥349.50", "x2"),
        [("商品总价", "¥699.00"), ("运费", "¥20.00"), ("店铺优惠", "-¥50.00"), ("红包", "-¥10.00")],
        ("实付款", "¥659.00"),
        [
            ("订单编号", "4402718830915526017"),
            ("交易流水", "2026100822001163921405"),
            ("创建时间", "2026-10-08 14:32:11"),
            ("付款时间", "2026-10-08 14:32:40"),
            ("发货时间", "2026-10-09 18:05:23"),
            ("成交时间", "2026-10-15 18:05:30"),
        ],
        "交易成功",
        "#ff6a1a",
    )
    return picture, label("order", "mall-cards", 65900, "2026-10-08", "栖木家居旗舰店")


def p06() -> Drawn:
    """The same kind of cards in dark mode."""
    picture = order_cards(
        1080,
        True,
        "鹿野户外用品旗舰店",
        ("三季防暴雨双人铝杆帐篷徒步装备", "苔绿 / 2人", "¥598.00", "×1"),
        [("商品金额", "¥598.00"), ("满500减60", "-¥60.00"), ("运费（包邮）", "¥0.00"), ("本单得积分", "538")],
        ("合计：", "¥538.00"),
        [
            ("订单号", "E20260830235807114"),
            ("下单时间", "2026-08-30 23:58:07"),
            ("支付方式", "零钱"),
            ("发货仓", "湖州二号仓"),
        ],
        "待收货",
        "#ff9f45",
    )
    return picture, label("order", "mall-cards-dark", 53800, "2026-08-30", "鹿野户外用品旗舰店")


def p02() -> Drawn:
    """Red head, bordered table of names and values, bar at the foot."""
    s = Sheet(720, 800, "#fff")
    s.box(0, 0, 360, 118, "#d8202a")
    s.status("20:11", "#fff")
    s.bar("我的订单", "#fff")
    s.text(20, 84, "等待收货", 17, "#fff", True)
    s.text(340, 88, "还剩 6天23时", 11, "#ffd6d6", anchor="ra")
    s.text(20, 132, "云杪数码专营店", 15, bold=True)
    s.text(340, 134, "联系客服 400-000-7719", 11, "#999", anchor="ra")
    s.thumb(20, 162, 70, "#e6eefb", "#3a6fd8", 1)
    s.para(102, 162, "真无线降噪耳机 主动降噪 蓝牙5.4 超长续航36小时", 220, 13)
    s.text(102, 212, "单价 ¥1,399.00   数量 1", 12, "#888")
    y = 250.0
    rows = [
        ("订单编号", "30917745208861"),
        ("下单时间", "2026-09-21 20:05:33"),
        ("支付方式", "在线支付"),
        ("配送方式", "飞隼速运"),
        ("商品金额", "¥1,399.00"),
        ("满减优惠", "-¥100.00"),
        ("积分抵扣(320分)", "-¥3.20"),
        ("运费", "¥0.00"),
    ]
    for head, body in rows:
        s.box(20, y, 340, y + 32, "#fff", 0, "#ddd")
        s.box(20, y, 134, y + 32, "#faf3f3", 0, "#ddd")
        s.text(30, y + 16, head, 12, "#666", anchor="lm")
        s.text(330, y + 16, body, 13, anchor="rm")
        y += 32
    s.box(0, y + 24, 360, y + 78, "#fafafa")
    s.text(20, y + 51, "应付总额", 14, anchor="lm")
    s.text(84, y + 51, "¥1,295.80", 18, "#d8202a", True, "lm")
    s.button(256, y + 37, 340, "确认收货", "#d8202a", "#fff", None)
    return s.done(y + 78), label("order", "red-table", 129580, "2026-09-21", "云杪数码专营店")


def p03() -> Drawn:
    """Food delivery: yellow ground, item list, fees and reductions."""
    s = Sheet(1080, 900, "#f6f5f1")
    s.box(0, 0, 360, 170, "#ffd100")
    s.status("12:51")
    s.bar("订单已送达")
    s.text(180, 88, "骑手 陈师傅 已于12:38送达，评价得30积分", 12, anchor="mm")
    s.box(12, 112, 348, 470, "#fff", 10)
    s.text(24, 124, "阿蛮嫂螺蛳粉（湖东路店） >", 15, bold=True)
    y = 156.0
    goods = [("招牌螺蛳粉 微辣", "x1", "¥22"), ("炸蛋", "x2", "¥6"), ("卤鸭脚（4只）", "x1", "¥15.8")]
    for number, (name, count, price) in enumerate(goods):
        s.thumb(24, y, 40, "#fbe9d0", "#d9822b", number)
        s.text(74, y + 4, name, 13)
        s.text(74, y + 24, count, 11, "#999")
        s.text(336, y + 4, price, 14, anchor="ra")
        y += 52
    s.rule(y + 2, 24, 336, "#ddd", 3)
    y = s.pairs([("打包费", "¥2"), ("用户配送费", "¥4.5")], y + 12, size=13)
    s.box(24, y + 2, 40, y + 18, "#ff4a26", 3)
    s.text(32, y + 10, "减", 10, "#fff", anchor="mm")
    s.text(46, y, "满40减9", 13)
    s.text(336, y, "-¥9", 13, "#ff4a26", anchor="ra")
    s.box(24, y + 26, 40, y + 42, "#ff8a00", 3)
    s.text(32, y + 34, "券", 10, "#fff", anchor="mm")
    s.text(46, y + 24, "外卖红包", 13)
    s.text(336, y + 24, "-¥3", 13, "#ff4a26", anchor="ra")
    y += 54
    s.rule(y, 24, 336)
    s.text(336, y + 10, "¥38.3", 20, bold=True, anchor="ra")
    s.text(330 - s.width("¥38.3", 20, True), y + 17, "已优惠¥12  合计", 12, "#666", anchor="ra")
    y = 482.0
    s.box(12, y, 348, y + 136, "#fff", 10)
    s.text(24, y + 10, "配送信息", 14, bold=True)
    facts = [("收货地址", "长乐坊 6栋204 (王)"), ("订单号码", "8 0277 1930 4418 26"), ("下单时间", "11月2日 12:05")]
    s.pairs([*facts, ("餐具数量", "1份")], y + 38, size=12, step=23)
    return (
        s.done(y + 150),
        label("order", "food-yellow", 3830, "2026-11-02", "阿蛮嫂螺蛳粉（湖东路店）", merchants=["阿蛮嫂螺蛳粉"]),
    )


def p04() -> Drawn:
    """Cinema: ticket with torn edge on a coloured ground."""
    s = Sheet(1080, 800, "#5b3fd6")
    s.status("21:20", "#fff")
    s.bar("购票成功", "#fff")
    s.box(20, 90, 340, 590, "#fff", 12)
    s.text(40, 108, "逆风的信使", 20, bold=True)
    s.text(40, 140, "国语2D  128分钟", 12, "#888")
    s.text(40, 166, "10月18日 周日 19:40", 16, "#5b3fd6", True)
    s.text(40, 194, "星穹国际影城（江湾店）", 14)
    s.text(40, 218, "5号激光厅  7排08座  7排09座", 13, "#555")
    s.box(250, 106, 320, 200, "#d9d2fa", 6)
    s.disc(285, 150, 22, "#5b3fd6")
    for x in (20, 340):
        s.disc(x, 256, 10, "#5b3fd6")
    s.rule(256, 36, 324, "#bbb", 5)
    s.text(180, 290, "取票码", 12, "#888", anchor="mm")
    s.text(180, 318, "7719 0436 82", 24, bold=True, anchor="mm")
    rng = np.random.default_rng(4)
    for i in range(21):
        for j in range(21):
            if rng.random() < 0.5 or (i in (0, 6, 14, 20) and (j < 7 or j > 13)):
                s.box(138 + i * 4, 342 + j * 4, 142 + i * 4, 346 + j * 4, "#222")
    pairs = [("票价", "¥45.00 × 2张"), ("服务费", "¥3.00 × 2张"), ("影城会员立减", "- ¥16.00"), ("实付金额", "¥80.00")]
    y = s.pairs(pairs, 444, 40, 320, 13)
    s.text(40, y + 4, "购票时间 2026-10-17 21:15", 11, "#999")
    s.text(40, y + 22, "影城电话 0571-0000-6620", 11, "#999")
    return (
        s.done(620),
        label("order", "ticket-torn", 8000, "2026-10-17", "星穹国际影城（江湾店）", merchants=["星穹国际影城"]),
    )


def p05() -> Drawn:
    """Hotel: two columns of days, deposit apart from the sum."""
    s = Sheet(1080, 800, "#eef3f8")
    s.box(0, 0, 360, 200, "#0f6fd1")
    s.status("09:27", "#fff")
    s.bar("酒店订单", "#fff")
    s.text(20, 84, "预订成功", 20, "#fff", True)
    s.text(20, 114, "酒店已确认，请于18:00前入住", 12, "#d5e8ff")
    s.box(12, 142, 348, 330, "#fff", 8)
    s.text(24, 154, "半山亭度假酒店（西塘店）", 16, bold=True)
    s.text(24, 182, "湖滨路88号   电话 0573-0000-2188", 11, "#888")
    s.rule(206, 24, 336)
    s.text(24, 216, "入住", 11, "#888")
    s.text(24, 234, "10月24日", 18, bold=True)
    s.text(24, 262, "周六 14:00后", 11, "#888")
    s.text(336, 216, "离店", 11, "#888", anchor="ra")
    s.text(336, 234, "10月26日", 18, bold=True, anchor="ra")
    s.text(336, 262, "周一 12:00前", 11, "#888", anchor="ra")
    s.box(158, 236, 202, 256, "#eef3f8", 10)
    s.text(180, 246, "2晚", 12, "#0f6fd1", True, "mm")
    s.text(24, 292, "湖景大床房 1间 | 双早 | 38㎡ | 入住人 孙*", 12)
    s.box(12, 342, 348, 522, "#fff", 8)
    s.text(24, 354, "费用明细", 14, bold=True)
    y = s.pairs([("房费 ¥428.00×2晚", "¥856.00"), ("新客优惠券", "-¥60.00"), ("押金（到店付，可退）", "¥300.00")], 382)
    s.rule(y + 4, 24, 336)
    s.text(24, y + 16, "在线支付", 13)
    s.text(336, y + 10, "￥796.00", 22, "#ff6600", True, "ra")
    s.text(336, y + 40, "住后返积分 796 分", 11, "#999", anchor="ra")
    s.box(12, 528, 348, 606, "#fff", 8)
    s.pairs([("订单号", "H6120 0817 3345"), ("预订日期", "2026.10.08")], 542)
    return (
        s.done(622),
        label("order", "hotel-columns", 79600, "2026-10-08", "半山亭度假酒店（西塘店）", merchants=["半山亭度假酒店"]),
    )


def p07() -> Drawn:
    """Group buying: sum big in the middle, crossed price."""
    s = Sheet(720, 700, "#fff5f4")
    s.status("09:15")
    s.bar("拼单成功", more=False)
    for number, colour in enumerate(("#f2a27c", "#8fb8de", "#a4d3a2")):
        s.disc(140 + number * 40, 106, 17, colour)
    s.text(180, 140, "3人团已拼成，商家正在备货", 12, "#888", anchor="mm")
    s.text(180, 176, "￥114.70", 34, "#e02e24", True, "mm")
    s.text(180, 208, "实付（已优惠￥5.00）", 12, "#e02e24", anchor="mm")
    s.box(14, 232, 346, 344, "#fff", 10)
    s.thumb(26, 246, 84, "#f4dcd2", "#9c3a22", 0)
    s.para(122, 246, "甘南草原风干牦牛肉干 原味 250g/袋", 206, 13)
    s.text(122, 292, "拼单价 ￥39.90   x3", 13, "#e02e24")
    wide = s.text(122, 316, "单独购买 ￥59.90", 11, "#aaa")
    s.rule(323, 122, 122 + wide, "#aaa")
    s.box(14, 356, 346, 530, "#fff", 10)
    facts = [
        ("商家", "河州谷雨食品经营部（个体工商户）"),
        ("商品合计", "￥119.70"),
        ("平台券", "-￥5.00"),
        ("运费", "包邮"),
        ("订单编号", "261012-550871932"),
        ("下单时间", "2026/10/12 09:08"),
    ]
    s.pairs(facts, 370, 26, 334, 12, 25)
    s.text(180, 548, "退货包运费  |  48小时发货  |  已售10万+件", 11, "#c88", anchor="mm")
    shop = "河州谷雨食品经营部（个体工商户）"
    return s.done(570), label("order", "group-big-sum", 11470, "2026-10-12", shop, merchants=["河州谷雨食品经营部"])


def p08() -> Drawn:
    """Groceries: a long scroll of weighed goods."""
    goods = [
        ("本地小油菜", "约500g  ¥7.96/kg", 398),
        ("沃柑 中果", "1.25kg  ¥11.92/kg", 1490),
        ("黑猪五花肉", "0.46kg  ¥63.60/kg", 2926),
        ("散养鸡蛋 30枚", "1盒", 2680),
        ("高钙牛奶 950ml", "¥13.90×2", 2780),
        ("东北珍珠米 5kg", "1袋", 3990),
        ("内酯豆腐 350g", "¥2.50×3", 750),
        ("冷鲜鲈鱼 1条", "0.62kg", 2598),
        ("抽纸 3层120抽", "1提6包", 1690),
        ("洗洁精 柠檬 1.1L", "1瓶", 1290),
        ("手工水饺 荠菜 500g", "¥18.80×2", 3760),
        ("无糖苏打水 330ml", "¥3.20×6", 1920),
    ]
    total = sum(cents for _, _, cents in goods)
    paid = total + 100 + 500 - 2400 - 872
    s = Sheet(810, 1500, "#f2f6f2")
    s.box(0, 0, 360, 76, "#1fa35b")
    s.status("17:02", "#fff")
    s.bar("订单详情", "#fff")
    s.box(12, 88, 348, 150, "#fff", 8)
    s.text(24, 98, "已完成", 16, "#1fa35b", True)
    s.text(24, 124, "小满鲜生超市（滨江店）", 13)
    s.text(336, 124, "自营", 11, "#1fa35b", anchor="ra")
    s.box(12, 160, 348, 172 + 64 * len(goods), "#fff", 8)
    y = 172.0
    for number, (name, note, cents) in enumerate(goods):
        s.thumb(24, y, 48, "#e3f1e4", ("#5aa469", "#e8963c", "#c75146")[number % 3], number)
        s.text(84, y + 4, name, 14)
        s.text(84, y + 26, note, 11, "#888")
        s.text(336, y + 10, "¥" + yuan(cents), 14, anchor="ra")
        y += 64
    y += 12
    s.box(12, y, 348, y + 202, "#fff", 8)
    costs = [
        (f"商品总额（共{len(goods)}种）", "¥" + yuan(total)),
        ("包装费", "¥1.00"),
        ("配送费", "¥5.00"),
        ("满200减24", "-¥24.00"),
        ("会员价优惠", "-¥8.72"),
    ]
    y = s.pairs(costs, y + 14)
    s.rule(y + 2, 24, 336)
    s.text(24, y + 16, "实付", 15, bold=True)
    s.text(336, y + 12, "¥" + yuan(paid), 20, "#e5432d", True, "ra")
    s.text(336, y + 42, "会员卡余额 ¥316.05", 11, "#999", anchor="ra")
    y += 78
    s.box(12, y, 348, y + 118, "#fff", 8)
    facts = [
        ("订单编号", "XM2611140093"),
        ("会员号", "6600 2918 1147"),
        ("下单时间", "2026年11月14日 15:20:08"),
        ("送达时间", "2026年11月14日 16:31:44"),
    ]
    y = s.pairs(facts, y + 14, size=12)
    return (
        s.done(y + 40),
        label(
            "order",
            "grocery-scroll",
            paid,
            "2026-11-14",
            "小满鲜生超市（滨江店）",
            merchants=["小满鲜生超市", "小满鲜生"],
        ),
    )


def p09() -> Drawn:
    """Flea market: loose text, sum in words of yuan."""
    s = Sheet(720, 700, "#fff")
    s.status("23:02")
    s.bar("交易详情")
    s.box(0, 74, 360, 140, "#ffe44d")
    s.text(20, 86, "卖家已发货", 18, bold=True)
    s.text(20, 114, "还剩9天自动确认收货", 11, "#665c00")
    s.disc(36, 170, 15, "#7fb3a6")
    s.text(60, 162, "阿楠的闲置小铺", 14, bold=True)
    s.text(340, 164, "芝麻分 700+", 11, "#999", anchor="ra")
    s.thumb(20, 198, 92, "#e3e6ea", "#4b5563", 2)
    s.para(124, 198, "自用一年微单相机，快门2100次，带原盒和两块电池，原价3299元入手", 216, 13)
    s.rule(304)
    y = s.pairs([("宝贝价格", "480元"), ("议价优惠", "-30元"), ("邮费", "卖家承担")], 318, 20, 340, 14, 30)
    s.rule(y)
    s.text(20, y + 14, "实际支付", 15, bold=True)
    s.text(340, y + 10, "450元", 20, "#e8492a", True, "ra")
    y += 56
    s.box(0, y, 360, y + 8, "#f4f4f4")
    facts = [
        ("订单编号", "19072241508830"),
        ("下单时间", "2026-07-19 22:41:50"),
        ("卖家昵称", "阿楠的闲置小铺"),
        ("浏览 / 想要", "1386 / 27"),
    ]
    y = s.pairs(facts, y + 24, 20, 340, 12, 26, left=110)
    return s.done(y + 20), label("order", "flea-market", 45000, "2026-07-19", "阿楠的闲置小铺", merchants=["阿楠"])


def p10() -> Drawn:
    """Order on top, grid of other goods with prices below."""
    s = Sheet(1080, 1000, "#f5f5f5")
    s.status("08:20")
    s.bar("交易完成")
    s.box(0, 74, 360, 300, "#fff")
    s.text(16, 86, "白鹭鞋业专卖店", 14, bold=True)
    s.text(344, 88, "已签收", 12, "#ff5000", anchor="ra")
    s.thumb(16, 116, 80, "#ececec", "#555", 0)
    s.para(108, 116, "头层牛皮软底乐福鞋女春秋通勤单鞋", 160, 13)
    s.text(108, 160, "黑色;37码", 11, "#999")
    s.text(344, 116, "¥239", 14, anchor="ra")
    s.text(344, 138, "x1", 12, "#999", anchor="ra")
    s.text(344, 208, "实付款 ¥219.00", 15, bold=True, anchor="ra")
    s.text(344, 232, "共减¥20.00  含运费¥0.00", 11, "#999", anchor="ra")
    s.text(16, 256, "订单号 7731900452086 | 复制", 11, "#999")
    s.text(16, 276, "下单时间 2026-10-28 08:16", 11, "#999")
    s.text(180, 324, "—— 猜你喜欢 ——", 14, "#ff5000", True, "mm")
    names = ["复古玛丽珍鞋", "加绒雪地靴", "真皮小白鞋", "一脚蹬帆布鞋"]
    prices = ["¥89", "¥159.9", "¥269", "¥49.8"]
    for number, (name, price) in enumerate(zip(names, prices, strict=True)):
        x, y = 12 + 172 * (number % 2), 346 + 220 * (number // 2)
        s.box(x, y, x + 164, y + 210, "#fff", 8)
        s.thumb(x + 11, y + 6, 142, ("#f6e1dc", "#dce7f6", "#e5f0de", "#f3eed6")[number], "#a08070", number)
        s.text(x + 10, y + 150, name, 13)
        s.text(x + 10, y + 176, price, 16, "#ff5000", True)
        s.text(x + 154, y + 182, "2000+人付款", 10, "#999", anchor="ra")
    return s.done(786), label("order", "order-and-grid", 21900, "2026-10-28", "白鹭鞋业专卖店")


def p11() -> Drawn:
    """Parcel page: only stations, no sum at all."""
    s = Sheet(1080, 800, "#fff")
    s.box(0, 0, 360, 150, "#e9f2ff")
    s.status("10:44")
    s.bar("物流详情")
    s.thumb(20, 84, 52, "#cfe0c8", "#55753c", 1)
    s.text(84, 86, "槐序茶业旗舰店 发出的包裹", 14, bold=True)
    s.text(84, 112, "飞隼速运  FS7702 1180 4459 3", 12, "#666")
    s.text(340, 112, "复制", 12, "#2a6ae0", anchor="ra")
    steps = [
        ("已签收", "10-06 17:22", "您的快件已由【丰和里驿站】代收，取件码 6-2-1907"),
        ("派送中", "10-06 08:40", "快递员李师傅（电话 139****0254）正在派件"),
        ("运输中", "10-05 02:13", "快件已到达【湖州转运中心】，重量0.84kg"),
        ("运输中", "10-04 19:30", "快件已从【安溪集散点】发出"),
        ("已揽件", "10-04 16:05", "飞隼速运 已收取快件，共1件"),
        ("已下单", "2026-10-03 09:12", "您提交了订单，等待商家打包"),
    ]
    y = 176.0
    for number, (state, time, words) in enumerate(steps):
        ink = "#2a6ae0" if number == 0 else "#555"
        s.disc(30, y + 8, 6 if number == 0 else 4, "#2a6ae0" if number == 0 else "#ccc")
        if number < len(steps) - 1:
            s.pen.line(s.px(30, y + 18, 30, y + 76), "#ddd", 3)
        s.text(50, y, state, 14, ink, True)
        s.text(104, y + 2, time, 12, "#888")
        s.para(50, y + 24, words, 290, 12, ink)
        y += 78
    return (
        s.done(y + 10),
        label("order", "parcel-steps", None, "2026-10-03", "槐序茶业旗舰店", merchants=["槐序茶业", "飞隼速运"]),
    )


def p12() -> Drawn:
    """Concert: bright letters on a dark violet gradient."""
    s = Sheet(1080, 700, "#1a1030")
    for step in range(70):
        shade = f"#{26 + step // 2:02x}{16 + step // 5:02x}{48 + step:02x}"
        s.box(0, step * 4, 360, step * 4 + 4, shade)
    s.status("10:01", "#fff")
    s.bar("抢票成功", "#fff")
    s.box(20, 86, 120, 220, "#d94f8c", 6)
    s.disc(70, 150, 26, "#ffd2e6")
    s.para(134, 88, "回声岛·漫游者巡回演唱会 宁波站", 206, 17, "#fff", True)
    s.text(134, 150, "演出 2026年10月31日 19:30", 12, "#d6c8ff")
    s.text(134, 172, "东港体育馆 内场B区 12排", 12, "#d6c8ff")
    s.text(134, 194, "电子票  实名制  2张", 12, "#d6c8ff")
    s.box(20, 300, 340, 478, "#2b2046", 10)
    rows = [
        ("票面价", "680元 × 2"),
        ("小计", "1,360元"),
        ("票夹快递费", "15元"),
        ("优惠", "0元"),
        ("应付合计", "1,375元"),
    ]
    y = s.pairs(rows, 318, 36, 324, 14, 30, "#a79ac9", "#fff")
    s.rule(y - 36, 36, 324, "#54467a", 4)
    s.text(20, 494, "下单时间 2026年9月5日 10:00:03", 12, "#a79ac9")
    s.text(20, 516, "订单号 SL-0905-7741-0029", 12, "#a79ac9")
    s.text(20, 538, "由 声浪票务 提供服务  客服95000转7", 12, "#a79ac9")
    s.text(20, 560, "主办：回声岛演艺有限公司", 12, "#a79ac9")
    return (
        s.done(596),
        label(
            "order", "concert-dark", 137500, "2026-09-05", "声浪票务", merchants=["回声岛演艺有限公司", "回声岛演艺"]
        ),
    )


def p13() -> Drawn:
    """Course: two-column card like a small invoice."""
    s = Sheet(720, 700, "#2f6df6")
    s.status("19:30", "#fff")
    s.bar("我的课程订单", "#fff")
    s.box(18, 84, 342, 590, "#fff", 4)
    s.text(180, 108, "订单凭证", 18, bold=True, anchor="mm")
    s.text(180, 132, "No. MC-20261008-0417", 11, "#888", anchor="mm")
    s.rule(150, 34, 326, "#222")
    cells = [
        ("课程名称", "少儿硬笔书法全年班"),
        ("授课老师", "韩老师"),
        ("总课时", "48课时"),
        ("有效期至", "2027-10-07"),
        ("学员姓名", "小满"),
        ("会员编号", "880714"),
    ]
    for number, (head, body) in enumerate(cells):
        x, y = 34 + 150 * (number % 2), 164 + 52 * (number // 2)
        s.text(x, y, head, 11, "#888")
        s.text(x, y + 18, body, 13)
    s.rule(322, 34, 326, "#222")
    y = s.pairs([("原价", "¥5,980.00"), ("限时价", "¥4,280.00"), ("老带新立减", "-¥300.00")], 336, 34, 326, 13, 26)  # type: ignore[assignment]
    s.box(34, y + 4, 326, y + 44, "#eaf1ff")
    s.text(44, y + 24, "实付", 15, "#2f6df6", True, "lm")
    s.text(316, y + 24, "¥3,980.00", 19, "#2f6df6", True, "rm")
    y += 60
    s.pairs(
        [
            ("收款方", "墨尺教育科技有限公司"),
            ("支付时间", "2026-10-08 19:24:56"),
            ("分期", "未使用"),
            ("客服电话", "0512-0000-3316"),
        ],
        y,
        34,
        326,
        12,
        24,
        left=110,
    )
    return s.done(608), label(
        "order", "voucher-columns", 398000, "2026-10-08", "墨尺教育科技有限公司", merchants=["墨尺教育"]
    )


def p14() -> Drawn:
    """Order placed: tick and sum, no day anywhere."""
    s = Sheet(720, 600, "#fff")
    s.status("16:18")
    s.bar("提交成功", more=False)
    s.tick(180, 124, 32, "#ef6f9a")
    s.text(180, 180, "付款成功，花店正在接单", 17, bold=True, anchor="mm")
    s.text(180, 216, "实付 ¥76.50", 22, "#ef6f9a", True, "mm")
    s.button(60, 244, 170, "查看订单", None, "#555", "#bbb")
    s.button(190, 244, 300, "返回首页", "#ef6f9a", "#fff", None)
    s.box(16, 292, 344, 452, "#fdf1f5", 8)
    facts = [
        ("店铺", "花间小集鲜花店"),
        ("商品", "洋甘菊混搭花束 1束"),
        ("花束价格", "¥79.00"),
        ("同城配送", "¥7.50"),
        ("新人券", "-¥10.00"),
        ("送达", "预计2小时内"),
    ]
    s.pairs(facts, 304, 30, 330, 13, 24)
    s.text(180, 474, "再消费¥23.50可领取¥15优惠券", 11, "#ef6f9a", anchor="mm")
    return s.done(500), label("order", "success-tick", 7650, None, "花间小集鲜花店")


def p15() -> Drawn:
    """Web page with a table of goods."""
    s = Sheet(1080, 420, "#fff")
    s.box(0, 0, 360, 20, "#22304a")
    s.text(10, 10, "晨岸企业购  首页 | 我的订单 | 购物车(0) | 客服 400-000-2260", 6.5, "#cdd6e6", anchor="lm")
    s.text(10, 28, "订单详情", 11, bold=True)
    s.text(350, 31, "订单状态：已完成", 8, "#1d7a3c", anchor="ra")
    s.box(10, 48, 350, 92, "#f6f8fb", 0, "#d9dfe8")
    s.text(18, 54, "订单号：CA2606181022-35", 7)
    s.text(18, 68, "下单时间：2026-06-18 10:22:35", 7)
    s.text(18, 80, "收货人：市场部 何工 0574-0000-8891", 7)
    s.text(200, 54, "卖家：晨岸办公用品有限公司", 7)
    s.text(200, 68, "支付方式：对公转账", 7)
    s.text(200, 80, "发票：普通发票（电子）", 7)
    edges = [10, 170, 220, 260, 305, 350]
    rows = [
        ("商品", "单价", "数量", "优惠", "小计"),
        ("A4复印纸 70g 500张*5包/箱", "128.00", "4", "-32.00", "480.00"),
        ("中性笔 0.5mm 黑色 12支/盒", "18.60", "10", "0.00", "186.00"),
        ("人体工学腰靠 记忆棉", "99.80", "4", "-18.80", "380.40"),
    ]
    y = 102.0
    for number, cells in enumerate(rows):
        s.box(10, y, 350, y + 24, "#e9eef6" if number == 0 else "#fff", 0, "#d9dfe8")
        for left, right, cell in zip(edges, edges[1:], cells, strict=False):
            s.pen.line(s.px(right, y, right, y + 24), "#d9dfe8", 2)
            if left == 10:
                s.text(16, y + 12, cell, 7, bold=number == 0, anchor="lm")
            else:
                s.text((left + right) / 2, y + 12, cell, 7, bold=number == 0, anchor="mm")
        y += 24
    pairs = [
        ("商品总额：", "￥1,046.40"),
        ("运费：", "￥60.00"),
        ("企业会员运费减免：", "-￥30.00"),
        ("优惠券：", "-￥50.00"),
    ]
    for head, body in pairs:
        s.text(296, y + 10, head, 7, "#666", anchor="ra")
        s.text(348, y + 10, body, 7, anchor="ra")
        y += 14
    s.text(282, y + 14, "实付款：", 9, anchor="ra")
    s.text(348, y + 12, "￥1,026.40", 11, "#d42a2a", True, "ra")
    s.text(10, y + 40, "© 晨岸企业购  客服时间 9:00-18:00", 6.5, "#999")
    return (
        s.done(y + 56),
        label(
            "order", "web-table", 102640, "2026-06-18", "晨岸办公用品有限公司", merchants=["晨岸企业购", "晨岸办公用品"]
        ),
    )


def p16() -> Drawn:
    """After-sales page: refund beside what was paid."""
    s = Sheet(1080, 700, "#f4f4f6")
    s.box(0, 0, 360, 74, "#fff")
    s.status("13:09")
    s.bar("售后详情")
    s.text(20, 88, "退款处理中", 20, bold=True)
    s.text(20, 118, "商家需在 1天20小时 内处理", 12, "#777")
    for number, word in enumerate(("提交申请", "商家处理", "退款成功")):
        x = 60 + number * 120
        s.disc(x, 158, 7, "#1b9e77" if number < 2 else "#ccc")
        s.text(x, 178, word, 11, "#555", anchor="mm")
        if number < 2:
            s.pen.line(s.px(x + 10, 158, x + 110, 158), "#1b9e77" if number == 0 else "#ccc", 4)
    s.box(12, 200, 348, 366, "#fff", 8)
    s.text(24, 212, "订单信息", 14, bold=True)
    s.pairs(
        [
            ("店铺", "拾光里童装旗舰店"),
            ("订单编号", "5520 1197 0083 4"),
            ("下单时间", "2026-09-12 21:47:19"),
            ("订单实付", "¥268.00"),
            ("商品", "儿童冲锋衣 120码 ×2"),
        ],
        240,
        size=13,
    )
    s.box(12, 372, 348, 538, "#fff", 8)
    s.text(24, 384, "退款信息", 14, bold=True)
    s.pairs(
        [
            ("退款原因", "质量问题-开线"),
            ("退款件数", "1件"),
            ("申请退款金额", "¥134.00"),
            ("退货运费", "¥12.00（商家承担）"),
            ("申请时间", "2026-09-20 12:55:02"),
        ],
        412,
        size=13,
    )
    s.text(180, 556, "平台客服已介入  工单号 GD-77120", 11, "#999", anchor="mm")
    return s.done(580), label("order", "after-sales", 26800, "2026-09-12", "拾光里童装旗舰店")


# -------------------------------------------------------------------------------------------------------- payments


def p17() -> Drawn:
    """Wallet bill: head in the middle, names left, values in a column."""
    s = Sheet(1080, 700, "#fff")
    s.status("14:40")
    s.bar("账单详情")
    s.disc(180, 110, 24, "#f0a431")
    s.text(180, 110, "罗", 20, "#fff", True, "mm")
    s.text(180, 152, "老罗汽修", 15, anchor="mm")
    s.text(180, 192, "-360.00", 34, bold=True, anchor="mm")
    s.rule(228, 20, 340)
    rows = [
        ("当前状态", "支付成功"),
        ("支付时间", "2026年10月8日 14:32:11"),
        ("商品", "更换雨刮片2支 保养工时1.5小时"),
        ("商户全称", "平阳县罗家汽车维修部（个体工商户）"),
        ("收单机构", "青禾银行股份有限公司"),
        ("支付方式", "零钱"),
        ("交易单号", "4200002988202610085530917746"),
        ("商户单号", "可在支持的商户扫码退款 1103986620"),
    ]
    y = s.pairs(rows, 246, 20, 340, 13, 32, left=100)
    return (
        s.done(y + 30),
        label(
            "payment",
            "wallet-column",
            36000,
            "2026-10-08",
            "平阳县罗家汽车维修部（个体工商户）",
            merchants=["老罗汽修", "平阳县罗家汽车维修部"],
        ),
    )


def p18() -> Drawn:
    """Wallet bill in cards with values right and a reduction."""
    s = Sheet(1080, 760, "#f5f5f5")
    s.status("00:05")
    s.bar("账单详情")
    s.box(10, 82, 350, 230, "#fff", 8)
    s.box(158, 96, 202, 140, "#1677ff", 10)
    s.text(180, 118, "澄", 22, "#fff", True, "mm")
    s.text(180, 156, "澄域家电专营店", 14, anchor="mm")
    s.text(180, 190, "-1,299.00", 30, bold=True, anchor="mm")
    s.text(180, 216, "交易成功", 13, "#888", anchor="mm")
    s.box(10, 240, 350, 470, "#fff", 8)
    rows = [
        ("订单金额", "1,349.00"),
        ("支付立减", "-50.00"),
        ("创建时间", "2026-11-11 00:02:18"),
        ("付款方式", "临江银行信用卡(5518)"),
        ("商品说明", "破壁机 静音款 MX-300"),
        ("订单号", "20261111220014410088"),
        ("商家订单号", "T200P3391177520046"),
        ("收货人", "周*  150****2290"),
    ]
    s.pairs(rows, 256, 24, 336, 13, 26)
    s.box(10, 480, 350, 598, "#fff", 8)
    rows = [("积分", "+129 分"), ("账单分类", "家居家装"), ("标签和备注", "添加"), ("对此订单有疑问", ">")]
    s.pairs(rows, 494, 24, 336, 13, 24)
    return s.done(614), label("payment", "wallet-cards", 129900, "2026-11-11", "澄域家电专营店")


def p19() -> Drawn:
    """Bank transfer: blue head, capital characters, balance."""
    s = Sheet(1080, 700, "#f2f5fa")
    s.box(0, 0, 360, 190, "#15407f")
    s.status("09:43", "#fff")
    s.bar("转账详情", "#fff")
    s.text(180, 104, "转账成功", 14, "#cfe0ff", anchor="mm")
    s.text(180, 142, "￥20,000.00", 32, "#fff", True, "mm")
    s.box(12, 176, 348, 520, "#fff", 6)
    rows = [
        ("大写金额", "人民币" + capital(2000000)),
        ("收款人", "南屿装饰工程有限公司"),
        ("收款账号", "6230 **** **** 0715"),
        ("收款银行", "江岸农村商业银行"),
        ("付款人", "高*琳"),
        ("付款卡号", "6217 **** **** 4402"),
        ("手续费", "0.00"),
        ("账户余额", "8,316.42"),
        ("交易时间", "2026-05-16 09:41:27"),
        ("附言", "装修首期款"),
        ("流水号", "BK0516-0094127-33"),
    ]
    s.pairs(rows, 194, 26, 334, 13, 29)
    s.text(180, 540, "本凭证仅供参考，以银行入账为准  客服955XX", 11, "#8a94a6", anchor="mm")
    return s.done(566), label("payment", "bank-transfer", 2000000, "2026-05-16", "南屿装饰工程有限公司")


def p20() -> Drawn:
    """Wallet bill in dark mode."""
    s = Sheet(1080, 640, "#121212")
    s.status("18:25", "#ddd")
    s.bar("交易记录", "#ddd")
    s.box(156, 88, 204, 136, "#3b6e4f", 24)
    s.text(180, 112, "便", 22, "#fff", True, "mm")
    s.text(180, 156, "好邻里便利店 枫林路二店", 14, "#ddd", anchor="mm")
    s.text(180, 196, "-45.80", 34, "#fff", True, "mm")
    s.text(180, 228, "已支付", 12, "#7bc28f", anchor="mm")
    rows = [
        ("付款时间", "2026-10-02 18:20:45"),
        ("付款方式", "储蓄卡(尾号0915)"),
        ("消费原价", "48.80元"),
        ("随机立减", "3.00元"),
        ("交易单号", "1000 5027 1120 2610 02"),
        ("商户单号", "HLL-02-118734"),
    ]
    s.rule(248, 20, 340, "#333")
    y = s.pairs(rows, 264, 20, 340, 13, 32, "#8a8a8a", "#d8d8d8")
    s.rule(y, 20, 340, "#333")
    s.text(20, y + 14, "账单服务", 12, "#8a8a8a")
    s.text(20, y + 38, "联系商家      发起群收款      申请电子凭证", 13, "#8ea8ff")
    return (
        s.done(y + 76),
        label("payment", "wallet-dark", 4580, "2026-10-02", "好邻里便利店 枫林路二店", merchants=["好邻里便利店"]),
    )


def p21() -> Drawn:
    """Paid: green tick, big sum, no day."""
    s = Sheet(1080, 640, "#fff")
    s.status("20:46")
    s.tick(180, 96, 26, "#09b45c")
    s.text(180, 142, "支付成功", 16, "#09b45c", anchor="mm")
    s.text(180, 206, "瑜见身心健身馆", 15, anchor="mm")
    s.text(180, 252, "￥1,580.00", 40, bold=True, anchor="mm")
    s.rule(296, 30, 330)
    s.pairs([("付款方式", "零钱通"), ("零钱通剩余", "￥204.37"), ("会员卡号", "YJ-00886")], 310, 30, 330, 13, 26)
    s.box(30, 402, 330, 462, "#fff7e6", 8)
    s.text(44, 418, "恭喜获得5元提现免费券", 13, "#b36b00")
    s.text(44, 438, "满20元可用", 11, "#c99a4a")
    s.box(110, 500, 250, 540, None, 6, "#09b45c")
    s.text(180, 520, "完成", 16, "#09b45c", anchor="mm")
    return s.done(570), label("payment", "paid-tick", 158000, None, "瑜见身心健身馆")


def p22() -> Drawn:
    """Messages of a bank: running text with sum and balance."""
    s = Sheet(1080, 640, "#fff")
    s.status("14:33")
    s.bar("106900955", more=False)
    s.text(180, 96, "上午 11:20", 11, "#999", anchor="mm")
    blocks = [
        "【青禾银行】您的动态验证码为804512，5分钟内有效，请勿告知他人。",
        "【青禾银行】您尾号3071的借记卡10月8日14:32快捷支付支出人民币356.00元，活期余额12,804.17元。"
        "交易商户：澜泊儿童摄影工作室。",
        "【青禾银行】温馨提示：您的积分8,820分将于年底到期，登录手机银行可兑换话费。详询400-000-0955。",
    ]
    y = 112.0
    for number, block in enumerate(blocks):
        if number:
            s.text(180, y + 10, ("", "今天 14:32", "今天 14:33")[number], 11, "#999", anchor="mm")
            y += 26
        lines = s.fold(block, 14, 252)
        s.box(16, y, 292, y + 20 + len(lines) * 22, "#eeeef0", 12)
        s.para(28, y + 10, block, 252, 14, lead=22 / 14)
        y += 30 + len(lines) * 22
    s.box(16, y + 14, 344, y + 48, None, 17, "#ccc")
    s.text(32, y + 31, "短信", 13, "#aaa", anchor="lm")
    return (
        s.done(y + 66),
        label("payment", "bank-messages", 35600, "2026-10-08", "澜泊儿童摄影工作室", merchants=["澜泊儿童摄影"]),
    )


def p23() -> Drawn:
    """Credit card: instalments beside the price."""
    s = Sheet(720, 640, "#fbf8f2")
    s.box(0, 0, 360, 74, "#3a2f25")
    s.status("11:11", "#f4e3c1")
    s.bar("交易明细", "#f4e3c1")
    s.box(14, 86, 346, 176, "#c9a467", 10)
    s.text(28, 98, "临江银行 金卡 尾号 5518", 13, "#fff")
    s.text(28, 124, "消费金额", 12, "#fff")
    s.text(332, 116, "￥3,600.00", 26, "#fff", True, "ra")
    s.text(28, 150, "可用额度 ￥21,450.00", 11, "#fff6e2")
    rows = [
        ("交易商户", "曜石通讯器材店"),
        ("交易日期", "2026/04/03"),
        ("记账日期", "2026/04/05"),
        ("交易类型", "POS消费"),
        ("分期期数", "12期"),
        ("每期本金", "￥300.00"),
        ("每期手续费", "￥10.80"),
        ("首期还款日", "2026/04/25"),
        ("授权码", "063318"),
    ]
    y = 192.0
    for number, (head, body) in enumerate(rows):
        s.box(14, y, 346, y + 32, "#f3ecdf" if number % 2 else "#fff")
        s.text(28, y + 16, head, 13, "#7a6a55", anchor="lm")
        s.text(332, y + 16, body, 13, "#2c241b", anchor="rm")
        y += 32
    s.text(28, y + 12, "分期手续费总额 ￥129.60，提前结清仍需支付。", 11, "#a08c6c")
    return s.done(y + 40), label("payment", "card-stripes", 360000, "2026-04-03", "曜石通讯器材店")


def p24() -> Drawn:
    """Paid slip as a white card on a coloured ground, edge like a torn paper."""
    s = Sheet(1080, 640, "#ff8f6b")
    s.status("16:10", "#fff")
    s.text(180, 62, "付款凭证", 17, "#fff", True, "mm")
    s.box(24, 90, 336, 500, "#fff")
    for number in range(26):
        x = 24 + 12 * number
        s.pen.polygon(s.px(x, 500, x + 6, 508, x + 12, 500), "#fff")
    s.text(180, 122, "豆蔻甜品铺（万象里店）", 16, bold=True, anchor="mm")
    s.text(180, 160, "实付金额", 12, "#888", anchor="mm")
    s.text(180, 196, "83.00元", 32, "#ff5a2c", True, "mm")
    s.rule(232, 40, 320, "#ccc", 4)
    rows = [
        ("订单金额", "88.00元"),
        ("商家立减", "5.00元"),
        ("付款日期", "2026.10.25"),
        ("付款时刻", "16:08:51"),
        ("付款账户", "余额（剩余 61.20元）"),
        ("取餐号", "A137"),
        ("凭证号", "DK251608510092"),
    ]
    s.pairs(rows, 248, 40, 320, 13, 28)
    s.text(180, 466, "本次获得 8 枚甜豆，满100枚可换双皮奶", 11, "#ff8f6b", anchor="mm")
    return (
        s.done(530),
        label(
            "payment",
            "slip-on-colour",
            8300,
            "2026-10-25",
            "豆蔻甜品铺（万象里店）",
            merchants=["豆蔻甜品铺", "豆蔻甜品"],
        ),
    )


def p25() -> Drawn:
    """Quick pass: grid of cells, sum in a row among others."""
    s = Sheet(720, 640, "#fff")
    s.box(0, 0, 360, 74, "#b5121b")
    s.status("21:07", "#fff")
    s.bar("交易凭证", "#fff")
    s.text(180, 100, "锦川里火锅城", 18, bold=True, anchor="mm")
    cells = [
        ("交易类型", "消费"),
        ("交易状态", "成功"),
        ("订单金额", "512.30元"),
        ("优惠金额", "12.30元"),
        ("实付金额", "500.00元"),
        ("币种", "人民币"),
        ("交易日期", "2026-08-08"),
        ("交易时间", "20:59:36"),
        ("卡号", "6222***1830"),
        ("凭证号", "000472"),
        ("批次号", "000019"),
        ("参考号", "080820593611"),
    ]
    for number, (head, body) in enumerate(cells):
        x, y = 16 + 164 * (number % 2), 124 + 56 * (number // 2)
        s.box(x, y, x + 164, y + 56, "#fff", 0, "#d9c9c9")
        s.text(x + 10, y + 7, head, 11, "#9a6f6f")
        s.text(x + 10, y + 26, body, 15, bold=head == "实付金额")
    s.para(16, 476, "请妥善保管本凭证。如有疑问请在30日内拨打商户电话028-0000-5107或客服95516X。", 328, 11, "#999")
    return s.done(530), label("payment", "cell-grid", 50000, "2026-08-08", "锦川里火锅城")


def p26() -> Drawn:
    """Topping up a telephone: face value, price paid, balance after."""
    s = Sheet(1080, 640, "#eaf7f4")
    s.status("08:02")
    s.bar("充值详情")
    s.box(12, 84, 348, 190, "#fff", 14)
    s.text(30, 100, "充值成功", 18, "#0a9c83", True)
    s.text(30, 132, "话费充值 100元", 14)
    s.text(30, 158, "138 0000 4471（本机）", 13, "#777")
    s.text(330, 104, "实付", 12, "#777", anchor="ra")
    s.text(330, 124, "￥98.50", 24, "#0a9c83", True, "ra")
    s.box(12, 202, 348, 400, "#fff", 14)
    rows = [
        ("充值面额", "￥100.00"),
        ("优惠", "￥1.50"),
        ("充后话费余额", "￥132.66"),
        ("服务商", "通畅云充值服务有限公司"),
        ("支付时间", "2026年3月9日 08:00"),
        ("到账时间", "2026年3月9日 08:01"),
        ("订单号", "CZ0309 7719 2250"),
    ]
    s.pairs(rows, 216, 30, 330, 13, 25)
    s.box(12, 412, 348, 470, "#0a9c83", 14)
    s.text(30, 441, "开通月月省，每月充值立减3元", 14, "#fff", anchor="lm")
    return (
        s.done(486),
        label("payment", "top-up", 9850, "2026-03-09", "通畅云充值服务有限公司", merchants=["通畅云充值", "通畅云"]),
    )


# ----------------------------------------------------------------------------------------------------------- chats


def chat(
    width: int,
    title: str,
    talk: Sequence[tuple[str, str]],
    ground: str,
    theirs: tuple[str, str],
    mine: tuple[str, str],
    faces: tuple[str, str],
    clock: str,
    *,
    bar: str = "#ededed",
    card: Callable[[Sheet, float], float] | None = None,
) -> Image.Image:
    """Talk in bubbles. Every turn is (side, words): L the shop, R the customer, T a stamp of time, C the order card."""
    s = Sheet(width, 1400, ground)
    ink = "#222222" if bar not in ("#1f1f1f", "#191919") else "#dddddd"
    s.box(0, 0, 360, 74, bar)
    s.status(clock, ink)
    s.bar(title, ink)
    y = 90.0
    for side, words in talk:
        if side == "T":
            s.text(180, y + 8, words, 11, "#9a9a9a", anchor="mm")
            y += 28
            continue
        if side == "C" and card:
            y = card(s, y)
            continue
        lines = s.fold(words, 14, 214)
        wide = max(s.width(line, 14) for line in lines) + 22
        high = len(lines) * 21 + 16
        fill, colour = theirs if side == "L" else mine
        if side == "L":
            s.box(12, y, 48, y + 36, faces[0], 5)
            s.text(30, y + 18, title[0], 17, "#fff", True, "mm")
            s.box(58, y, 58 + wide, y + high, fill, 6)
            s.pen.polygon(s.px(53, y + 18, 59, y + 12, 59, y + 24), fill)
            x = 69.0
        else:
            s.box(312, y, 348, y + 36, faces[1], 5)
            s.disc(330, y + 14, 7, "#ffffff")
            s.box(320, y + 23, 340, y + 33, "#ffffff", 5)
            s.box(302 - wide, y, 302, y + high, fill, 6)
            s.pen.polygon(s.px(307, y + 18, 301, y + 12, 301, y + 24), fill)
            x = 313 - wide
        s.para(x, y + 7, words, 214, 14, colour, lead=1.5)
        y += max(high, 36) + 14
    s.box(0, y + 6, 360, y + 60, bar)
    s.box(46, y + 16, 270, y + 50, ground if bar != ground else "#fff", 5)
    for x in (24, 292, 332):
        s.disc(x, y + 33, 12, None, ink)
    return s.done(y + 60)


def p27() -> Drawn:
    """Light talk, green bubbles."""
    talk = [
        ("T", "10月9日 10:12"),
        ("R", "你好，我10月6日在你们店付了268元订的遮光窗帘，收到颜色不对"),
        ("L", "亲，稍等哦，帮您查一下尺寸是2.6米的那款吗"),
        ("R", "对，2.6米×2片，我要的米白，发来的是灰色"),
        ("T", "10月9日 10:31"),
        ("L", "定制产品不支持退货的呢，可以补偿您20元优惠券"),
        ("R", "是你们发错了，要么换货要么全额退款"),
        ("L", "那您寄回来，运费大概15元需要您先垫付"),
        ("R", "不同意，我会去12315投诉"),
    ]
    picture = chat(
        1080, "布语窗帘定制店", talk, "#ededed", ("#fff", "#222"), ("#95ec69", "#222"), ("#c98b5b", "#5b8ac9"), "10:40"
    )
    return picture, label("chat", "chat-green", 26800, "2026-10-06", "布语窗帘定制店", merchants=["布语窗帘"])


def p28() -> Drawn:
    """Talk in a shopping app with an order card in it."""

    def card(s: Sheet, y: float) -> float:
        s.box(20, y, 340, y + 118, "#fff", 8)
        s.text(32, y + 10, "订单号 6018 2277 9034", 11, "#888")
        s.thumb(32, y + 32, 56, "#dfe9f7", "#47699a", 1)
        s.text(98, y + 34, "车载空气净化器 Pro", 13)
        s.text(98, y + 56, "下单 2026-10-11  共1件", 11, "#888")
        s.text(98, y + 74, "实付 ¥459.00", 14, "#f2542d", True)
        s.text(328, y + 98, "发送给客服", 11, "#2f6df6", anchor="ra")
        return y + 132

    talk = [
        ("T", "2026-10-20 19:03"),
        ("C", ""),
        ("L", "您好，客服小蓝为您服务，请问有什么可以帮您？"),
        ("R", "用了一个星期就不出风了，要求退货"),
        ("L", "非常抱歉，超过7天无理由期限了，可以为您安排维修，检测费30元"),
        ("R", "产品页写的保修两年，为什么收检测费"),
        ("L", "这边给您申请10元红包作为补偿可以吗"),
        ("T", "客服已转接 工号 3082"),
    ]
    picture = chat(
        1080,
        "蓝屿车品官方旗舰店",
        talk,
        "#f2f4f8",
        ("#fff", "#222"),
        ("#2f6df6", "#fff"),
        ("#2fa5c9", "#c9782f"),
        "19:12",
        bar="#ffffff",
        card=card,
    )
    return picture, label("chat", "chat-order-card", 45900, "2026-10-11", "蓝屿车品官方旗舰店", merchants=["蓝屿车品"])


def p29() -> Drawn:
    """Talk in dark mode."""
    talk = [
        ("T", "9月28日 下午3:20"),
        ("R", "王教练，我想退卡"),
        ("L", "姐，怎么突然要退呢，还有11个月呢"),
        ("R", "9月1日办的年卡，交了3288元，总共去了4次，泳池一直不开"),
        ("L", "泳池年底肯定开，现在退要扣30%违约金，还要扣赠送的私教课每节200元"),
        ("R", "合同上没写违约金"),
        ("L", "系统里只能退您1200，或者您转卡，手续费100"),
        ("T", "9月28日 下午4:05"),
        ("R", "我要求按剩余时间退，不行就投诉"),
    ]
    picture = chat(
        1080,
        "极昼健身俱乐部",
        talk,
        "#111111",
        ("#2c2c2c", "#ddd"),
        ("#2f8f57", "#f3f3f3"),
        ("#7a4fc9", "#888"),
        "16:06",
        bar="#1f1f1f",
    )
    return picture, label("chat", "chat-dark", 328800, "2026-09-01", "极昼健身俱乐部", merchants=["极昼健身"])


def p30() -> Drawn:
    """Talk without any sum."""
    talk = [
        ("T", "2026年11月6日 09:15"),
        ("R", "在吗？我11月3日下的单怎么还没发货"),
        ("L", "亲亲，您的订单仓库正在加急处理哦"),
        ("R", "页面写的48小时内发货，已经超过了"),
        ("L", "因为物流爆仓，预计还要3到5天呢，给您备注优先了"),
        ("R", "订单尾号7702，请今天之内给答复"),
        ("T", "2026年11月6日 14:48"),
        ("R", "还没有消息？"),
        ("L", "已经反馈主管了，请您耐心等待"),
    ]
    picture = chat(
        720,
        "青芽母婴用品店",
        talk,
        "#fff6ee",
        ("#fff", "#333"),
        ("#ffc48a", "#333"),
        ("#e58f4e", "#8aa88f"),
        "14:50",
        bar="#ffe3c9",
    )
    return picture, label("chat", "chat-warm", None, "2026-11-03", "青芽母婴用品店", merchants=["青芽母婴"])


def p31() -> Drawn:
    """Bargaining, day told as yesterday."""
    talk = [
        ("T", "2026年10月9日 13:05"),
        ("R", "老板，昨天在你店里修手机屏，扫码付的680元，今天就失灵了"),
        ("L", "当时不是测过好的吗"),
        ("R", "你开始说850，后来讲到680，还说是原装屏"),
        ("L", "是高仿原装，原装要1200的"),
        ("R", "那你就是骗人，退钱"),
        ("L", "最多退你100，或者免费再换一次，人工费80不收你的"),
        ("R", "我手里有付款记录，按规定该退一赔三"),
    ]
    picture = chat(
        720,
        "墨白手机快修",
        talk,
        "#e8eef5",
        ("#fff", "#222"),
        ("#bfe0ff", "#222"),
        ("#4a5a73", "#d98f8f"),
        "13:22",
        bar="#f7f9fc",
    )
    return picture, label("chat", "chat-blue", 68000, "2026-10-08", "墨白手机快修", dates=["2026-10-09"])


def p32() -> Drawn:
    """Service of a delivery app: sum told by the shop, list with numbers."""
    talk = [
        ("T", "今天 18:40"),
        ("L", "您好，这里是「渔火小厨」商家客服，请提供下单日期和订单后四位"),
        ("R", "10月27日晚上的，尾号5512"),
        ("L", "查到您10月27日19:03的订单，餐品63.40元，配送费3元，减8.5元，您实付57.90元，对吗？"),
        ("R", "对。鱼是臭的，拍了照片发你"),
        ("L", "1. 重做一份\n2. 退鱼的部分29.90元\n3. 赠送8元代金券\n请回复数字选择"),
        ("R", "2不行，我拉肚子去了医院，要求全退并赔医药费"),
        ("L", "医药费需要提供票据，我们上报后3个工作日内答复，投诉电话400-000-6633"),
    ]
    picture = chat(
        1080,
        "渔火小厨",
        talk,
        "#f7f7f7",
        ("#fff", "#222"),
        ("#ffd94a", "#222"),
        ("#2b6f77", "#b98a4b"),
        "18:52",
        bar="#ffd100",
    )
    return picture, label("chat", "chat-yellow", 5790, "2026-10-27", "渔火小厨")


# ---------------------------------------------------------------------------------------------------------- papers


def p33() -> Drawn:
    """Till slip in a fixed-width face."""
    s = Sheet(700, 700, "#fdfdfb", "mono")
    s.text(180, 34, "惠百家生活超市", 22, bold=True, anchor="mm")
    s.text(180, 60, "学府路分店", 14, anchor="mm")
    s.text(180, 80, "电话：0551-0000-8823", 12, anchor="mm")
    s.text(24, 98, "单号:0031-20261008-0457  机号:03", 12)
    s.text(24, 116, "日期:2026-10-08 14:32:11", 12)
    s.text(24, 134, "收银员:1016  会员:8800213764", 12)
    s.rule(156, 24, 336, "#333", 4)
    for x, head, anchor in ((24, "品名", "la"), (206, "数量", "ra"), (266, "单价", "ra"), (336, "金额", "ra")):
        s.text(x, 162, head, 13, anchor=anchor)
    rows = [
        ("纯牛奶250ml*12", "1", "39.90", "39.90"),
        ("红富士苹果", "1.236", "9.96", "12.31"),
        ("全麦吐司", "2", "8.80", "17.60"),
        ("湿巾80抽", "1", "11.90", "11.90"),
        ("购物袋(中)", "1", "0.30", "0.30"),
    ]
    y = 184.0
    for row in rows:
        for x, cell, anchor in zip((24, 206, 266, 336), row, ("la", "ra", "ra", "ra"), strict=True):
            s.text(x, y, cell, 13, anchor=anchor)
        y += 21
    s.rule(y + 4, 24, 336, "#333", 4)
    s.pairs([("件数:", "6"), ("小计:", "82.01"), ("会员折扣:", "-4.51")], y + 12, 24, 336, 13, 20, "#222")
    s.text(24, y + 74, "合计:", 18, bold=True)
    s.text(336, y + 74, "77.50", 18, bold=True, anchor="ra")
    y = s.pairs([("实收(现金):", "100.00"), ("找零:", "22.50"), ("本次积分:", "77")], y + 104, 24, 336, 13, 20, "#222")
    s.rule(y + 4, 24, 336, "#333", 4)
    s.text(180, y + 22, "谢谢惠顾 欢迎再次光临", 13, anchor="mm")
    s.text(180, y + 42, "凭小票七日内退换 当月开具发票", 11, anchor="mm")
    rng = np.random.default_rng(33)
    x = 80.0  # type: ignore[assignment]
    while x < 280:
        wide = rng.choice([1.0, 2.0, 3.0])
        s.box(x, y + 58, x + wide, y + 88, "#222")
        x += wide + rng.choice([1.2, 2.4])
    return (
        s.done(y + 110),
        label(
            "paper", "till-slip", 7750, "2026-10-08", "惠百家生活超市", merchants=["惠百家生活超市学府路分店", "惠百家"]
        ),
    )


def p34() -> Drawn:
    """Restaurant slip, grey thermal paper, short date."""
    s = Sheet(720, 700, "#e9e6df", "mono")
    s.text(180, 32, "半亩塘土菜馆", 24, "#333", True, "mm")
    s.text(180, 60, "* 结 账 单 *", 15, "#333", anchor="mm")
    s.text(24, 80, "桌号:A12   人数:4   26/10/08 12:57", 13, "#333")
    s.text(24, 100, "流水:0118   开台11:46   服务员:小芸", 13, "#333")
    s.rule(124, 24, 336, "#555")
    rows = [
        ("剁椒鱼头", "1份", "88"),
        ("小炒黄牛肉", "1份", "58"),
        ("蒜蓉空心菜", "1份", "22"),
        ("腊味合蒸", "1份", "46"),
        ("米饭", "4碗", "8"),
        ("酸梅汤(扎)", "2扎", "36"),
        ("餐位费", "4位", "12"),
    ]
    y = 132.0
    for name, count, price in rows:
        s.text(24, y, name, 15, "#333")
        s.text(232, y, count, 15, "#333", anchor="ra")
        s.text(336, y, price, 15, "#333", anchor="ra")
        y += 25
    s.rule(y + 4, 24, 336, "#555")
    y = s.pairs(
        [("消费金额", "270.00"), ("9折优惠", "-25.80"), ("抹零", "-0.20")], y + 12, 24, 336, 14, 23, "#333", "#333"
    )
    s.text(24, y + 6, "应付金额", 20, "#222", True)
    s.text(336, y + 6, "244.00", 20, "#222", True, "ra")
    y += 42
    y = s.pairs([("微信收款", "244.00"), ("储值卡余额", "0.00")], y, 24, 336, 14, 23, "#333", "#333")
    s.rule(y + 4, 24, 336, "#555")
    s.text(180, y + 22, "订餐热线 0731-0000-5296", 13, "#333", anchor="mm")
    s.text(180, y + 44, "地址：橘园巷17号", 13, "#333", anchor="mm")
    return s.done(y + 66), label("paper", "restaurant-slip", 24400, "2026-10-08", "半亩塘土菜馆")


def p35() -> Drawn:
    """Printed receipt form filled in by hand, with stamp."""
    s = Sheet(1000, 260, "#f7f3e6", "serif")
    s.text(180, 22, "收  款  收  据", 18, "#7a1f1f", True, "mm")
    s.rule(34, 122, 238, "#7a1f1f")
    s.text(346, 14, "No 0071835", 9, "#c22", anchor="ra")
    s.text(20, 44, "日期", 9, "#7a1f1f")
    s.hand(44, 44, "2026年10月8日", 10.5, 351)
    s.box(16, 62, 344, 186, None, 0, "#7a1f1f", 3)
    s.text(24, 70, "今收到", 9.5, "#7a1f1f")
    s.hand(66, 69, "许文静", 12, 352)
    s.rule(84, 60, 336, "#b58a8a")
    s.text(24, 94, "交  来", 9.5, "#7a1f1f")
    s.hand(66, 93, "婚纱礼服租赁 套餐B款 2套", 12, 353)
    s.rule(108, 60, 336, "#b58a8a")
    s.text(24, 118, "人民币(大写)", 9.5, "#7a1f1f")
    s.hand(92, 117, capital(128000), 12, 354)
    s.rule(132, 88, 336, "#b58a8a")
    s.text(24, 143, "￥", 12, "#7a1f1f", True)
    s.hand(40, 142, "1280.00", 13, 355)
    s.text(130, 143, "付款方式", 9.5, "#7a1f1f")
    s.hand(176, 142, "扫码", 12, 356)
    s.rule(158, 36, 230, "#b58a8a")
    s.text(24, 167, "备注", 9.5, "#7a1f1f")
    s.hand(52, 166, "另押金500元 归还时退 电话13900004418", 10, 357)
    s.text(20, 194, "收款单位(盖章)", 9.5, "#7a1f1f")
    s.hand(92, 193, "素锦婚纱馆", 12, 358)
    s.text(186, 194, "收款人", 9.5, "#7a1f1f")
    s.hand(220, 193, "方", 12, 359)
    s.text(256, 194, "交款人", 9.5, "#7a1f1f")
    s.stamp(292, 158, 38, "鄞州区素锦婚纱馆", "财务专用章", -8)
    return (
        s.done(216),
        label("paper", "hand-form", 128000, "2026-10-08", "素锦婚纱馆", merchants=["鄞州区素锦婚纱馆"]),
    )


def p36() -> Drawn:
    """Electronic invoice: wide grid with net sum, tax and gross sum."""
    s = Sheet(1000, 280, "#fff", "serif")
    ink = "#8a4b1f"
    s.text(180, 18, "电子发票（普通发票）", 14, ink, True, "mm")
    s.rule(28, 112, 248, ink)
    s.text(234, 34, "发票号码：26332000000718824406", 6.6)
    s.text(234, 45, "开票日期：2026年09月30日", 6.6)
    s.box(12, 58, 348, 218, None, 0, ink, 3)
    s.pen.line(s.px(180, 58, 180, 96), ink, 2)
    s.text(18, 64, "购买方名称：梁晓鸥", 7)
    s.text(18, 78, "统一社会信用代码/纳税人识别号：", 7)
    s.text(186, 64, "销售方名称：宁海县澄心家具制造有限公司", 7)
    s.text(186, 78, "纳税人识别号：91330226MA0000XX7K", 7)
    s.rule(96, 12, 348, ink)
    columns = [
        (18, "项目名称"),
        (112, "规格型号"),
        (158, "单位"),
        (184, "数量"),
        (212, "单价"),
        (262, "金额"),
        (296, "税率"),
        (322, "税额"),
    ]
    for x, head in columns:
        s.text(x, 101, head, 7, ink)
    rows = [
        ("*家具*实木餐桌", "1.4米", "张", "1", "2123.89", "2123.89", "13%", "276.11"),
        ("*家具*餐椅", "软包", "把", "4", "309.73", "1238.94", "13%", "161.06"),
    ]
    for number, row in enumerate(rows):
        for (x, _), cell in zip(columns, row, strict=True):
            s.text(x, 116 + number * 14, cell, 7)
    s.text(18, 166, "合        计", 7, ink)
    s.text(256, 166, "¥3362.83", 7)
    s.text(316, 166, "¥437.17", 7)
    s.rule(178, 12, 348, ink)
    s.text(18, 183, "价税合计（大写）", 7, ink)
    s.text(96, 182, capital(380000), 8)
    s.text(240, 183, "（小写）", 7, ink)
    s.text(272, 181, "¥3800.00", 9, bold=True)
    s.rule(197, 12, 348, ink)
    s.text(18, 203, "备注：订单号JJ-0927-118，送货上门，安装费已含。", 7)
    s.text(18, 226, "开票人：邱敏", 7)
    return (
        s.done(244),
        label("paper", "invoice-grid", 380000, "2026-09-30", "宁海县澄心家具制造有限公司", merchants=["澄心家具"]),
    )


def contract(
    width: int,
    title: str,
    parties: Pairs,
    clauses: Sequence[str],
    signed: Sequence[tuple[str, str]],
    stamp: tuple[str, str],
    number: str,
) -> Image.Image:
    """One page of a contract: parties, clauses, places for the signatures, round stamp at the seller's."""
    s = Sheet(width, 700, "#fcfcfa", "serif")
    s.text(336, 16, number, 8.5, "#555", anchor="ra")
    s.text(180, 48, title, 19, bold=True, anchor="mm")
    y = 74.0
    for head, body in parties:
        s.text(28, y, f"{head}{body}", 10.5)
        y += 18
    y += 6
    for clause in clauses:
        y = s.para(28, y, clause, 306, 10.5, lead=1.6) + 3
    y += 14
    for head, body in signed:
        s.text(28, y, head, 10.5)
        s.text(196, y, body, 10.5)
        y += 24
    s.stamp(96, y - 44, 42, stamp[0], stamp[1], 6)
    return s.done(y + 30)


def p37() -> Drawn:
    """Renovation contract."""
    picture = contract(
        900,
        "家庭装修施工合同",
        [
            ("甲方（业主）：", "程立群"),
            ("乙方（承包方）：", "宜川匠作建筑装饰有限公司"),
            ("工程地址：", "兰溪花园9栋1单元702室"),
        ],
        [
            "依照有关法律规定，甲乙双方经协商一致，就住宅室内装修事宜订立本合同，共同遵守。",
            "第一条 工程内容：建筑面积89.6平方米，半包，含水电改造、泥木、油漆，工期75天。",
            f"第二条 合同总价为人民币{capital(6850000)}（￥68,500.00）。",
            "第三条 付款方式：签订合同当日支付定金5,000元；"
            "开工前支付总价的40%，计27,400元；泥木验收后支付35%；竣工后付清余款。",
            "第四条 乙方逾期完工的，每逾期一日向甲方支付违约金100元，累计不超过3,000元。",
            "第五条 水电部分保修五年，其余部分保修两年。保修金1,000元于竣工一年后支付。",
            "第六条 本合同一式两份，双方签字盖章之日起生效。",
        ],
        [
            ("乙方（盖章）：", "甲方（签字）：程立群"),
            ("经办人：赵工", "电话：136****7205"),
            ("2026年3月21日", "2026年3月21日"),
        ],
        ("宜川匠作建筑装饰有限公司", "合同专用章"),
        "合同编号：YC-2026-0321-07",
    )
    merchant = "宜川匠作建筑装饰有限公司"
    return picture, label("paper", "contract-stamp", 6850000, "2026-03-21", merchant, merchants=["宜川匠作"])


def p38() -> Drawn:
    """Membership contract whose places for the day were left empty."""
    picture = contract(
        800,
        "美容服务会员协议书",
        [("甲方：", "颜如玉阁美容养生馆"), ("乙方（会员）：", "邓丽娟    会员号：000613")],
        [
            "一、乙方自愿办理甲方金钻会员卡，卡内项目为面部护理30次，单次门市价298元。",
            "二、乙方应付会员费9,800元，甲方优惠1,000元，乙方实付8,800元（人民币大写：" + capital(880000) + "）。",
            "三、甲方赠送肩颈护理10次，价值1,680元，赠送项目不折现、不退换。",
            "四、会员卡有效期24个月，自首次到店之日起算。",
            "五、乙方因故需要转让的，应支付手续费200元。",
            "六、服务投诉电话：0595-0000-1260。",
        ],
        [("甲方（盖章）：", "乙方（签字）：邓丽娟"), ("签订日期：    年   月   日", "签订日期：    年   月   日")],
        ("颜如玉阁美容养生馆", "业务专用章"),
        "NO.JZ-613",
    )
    return picture, label("paper", "contract-no-day", 880000, None, "颜如玉阁美容养生馆")


def p39() -> Drawn:
    """Notice at a shop door: day, but no sum."""
    s = Sheet(800, 500, "#c8161d", "serif")
    s.box(14, 14, 346, 436, "#fff8e8", 4, "#e8b84a", 6)
    s.text(180, 56, "停 业 通 知", 30, "#c8161d", True, "mm")
    s.text(30, 92, "尊敬的各位会员：", 15, bold=True)
    words = (
        "因经营场地租约到期，本店将于本月底停止营业。会员卡内剩余课程可转至星河路店继续使用，"
        "转课登记时间为每日10:00至19:00，请携带会员卡及身份证件办理，逾期未登记的视为同意自动转店。"
    )
    y = s.para(30, 120, "　　" + words, 302, 15, lead=1.6)
    y = s.para(30, y + 4, "　　咨询电话：0592-0000-7713，联系人：蔡店长。由此带来的不便，敬请谅解！", 302, 15, lead=1.6)
    s.text(330, y + 24, "灵犀舞蹈培训中心（东渡店）", 15, bold=True, anchor="ra")
    s.text(330, y + 50, "2026年10月8日", 15, anchor="ra")
    s.stamp(206, y + 66, 42, "灵犀舞蹈培训中心", "东渡店", 10)
    return (
        s.done(450),
        label("paper", "door-notice", None, "2026-10-08", "灵犀舞蹈培训中心（东渡店）", merchants=["灵犀舞蹈培训中心"]),
    )


def p40() -> Drawn:
    """Repair sheet in two columns, filled in partly by hand."""
    s = Sheet(960, 420, "#f2f7f4")
    s.box(12, 10, 348, 40, "#26614a")
    s.text(22, 25, "恒信达家电维修服务部", 13, "#fff", True, "lm")
    s.text(340, 25, "上门维修服务单", 11, "#d9efe5", anchor="rm")
    s.text(14, 48, "派工单号 WX-61108-0026", 8.5, "#555")
    s.text(346, 48, "服务热线 400-000-1187", 8.5, "#555", anchor="ra")
    s.box(12, 64, 178, 210, "#fff", 0, "#26614a", 3)
    s.box(182, 64, 348, 210, "#fff", 0, "#26614a", 3)
    left = [
        ("客户", "马先生"),
        ("电话", "137****9025"),
        ("机型", "KFR-35GW 空调"),
        ("故障", "不制冷 漏氟"),
        ("到达", "15:10"),
        ("离开", "16:25"),
    ]
    for number, (head, body) in enumerate(left):
        s.text(20, 72 + number * 22, head, 9.5, "#26614a", True)
        s.hand(56, 71 + number * 22, body, 10.5, 400 + number, "#22355e")
    right = [("上门费", "30"), ("检测费", "20"), ("加氟 0.6kg", "180"), ("高空作业费", "100"), ("减免", "-50")]
    for number, (head, body) in enumerate(right):
        s.text(190, 72 + number * 22, head, 9.5, "#26614a")
        s.hand(296, 71 + number * 22, body, 11, 420 + number, "#22355e")
        s.text(328, 72 + number * 22, "元", 9.5, "#26614a")
    s.rule(184, 190, 340, "#26614a")
    s.text(190, 190, "合计收费", 11, "#26614a", True)
    s.hand(286, 188, "280.00", 12, 440, "#b02020")
    s.text(328, 191, "元", 9.5, "#26614a")
    s.box(12, 216, 348, 262, "#fff", 0, "#26614a", 3)
    s.text(20, 222, "服务承诺：更换配件保修90天；收费标准以店内公示为准；材料费另计须经用户同意。", 7.5, "#555")
    s.text(20, 242, "用户签字", 9.5, "#26614a", True)
    s.hand(66, 240, "马宏伟", 12, 450, "#22355e")
    s.text(130, 242, "服务人员", 9.5, "#26614a", True)
    s.hand(176, 240, "小葛", 12, 451, "#22355e")
    s.text(226, 242, "日期", 9.5, "#26614a", True)
    s.hand(252, 240, "2026.11.08", 11, 452, "#22355e")
    return s.done(274), label(
        "paper", "repair-columns", 28000, "2026-11-08", "恒信达家电维修服务部", merchants=["恒信达家电维修"]
    )


def pictures() -> list[Callable[[], Drawn]]:
    """All drawing functions, in the order of their numbers."""
    orders = [p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16]
    payments = [p17, p18, p19, p20, p21, p22, p23, p24, p25, p26]
    return [*orders, *payments, p27, p28, p29, p30, p31, p32, p33, p34, p35, p36, p37, p38, p39, p40]


def save(picture: Image.Image, path: Path) -> None:
    """Store a picture with as many palette colours as ``MAX_BYTES`` allows."""
    for colours in (48, 24, 16):
        picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < MAX_BYTES:
            return
    raise ValueError(f"{path.name} is too big")


def main() -> None:
    """Write all pictures and the labels."""
    here = Path(__file__).resolve().parent
    (here / "clean").mkdir(exist_ok=True)
    with (here / "labels.jsonl").open("w", encoding="utf-8") as out:
        for number, draw in enumerate(pictures(), 1):
            picture, row = draw()
            name = f"{number:02d}"
            save(picture, here / "clean" / f"{name}.png")
            out.write(json.dumps({"id": name, **row}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
