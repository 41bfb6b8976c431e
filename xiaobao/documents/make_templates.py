"""Makes the templates that come with the product: `python -m xiaobao.documents.make_templates FOLDER`.

Run once; the files in data/documents are what counts and what an office edits. Law stands in clauses.csv, not here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docx import Document
from docx.document import Document as Opened
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

BODY, HEAD = "宋体", "黑体"
LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BASIS = "{% if 依据 %}依据{{ 依据 }}，{% endif %}"
MATTER = "您于{{ 提交日期 }}反映的“{{ 商家 }}”{% if 商品或服务 %}{{ 商品或服务 }}{% endif %}一事（单号{{ 工单编号 }}）"
CONTACT = "有疑问请联系我们：{{ 单位电话 }}，{{ 单位地址 }}，{{ 办公时间 }}。"
CITIZEN = "{{ 姓名 or '投诉人' }}："
OWN_WORDS = "{% if 正文 %}{{ 正文 }}{% endif %}"
OTHER_WAYS = "{% if 其他途径 %}您还可以：{{ 其他途径 }}。{% endif %}"
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "acceptance": (
        CITIZEN,
        (
            f"{MATTER}，我们已经收到。{BASIS}经审查，决定受理。",
            "{% if 办理期限 %}办理期限：{{ 办理期限 }}。{% endif %}",
            OWN_WORDS,
            CONTACT,
        ),
    ),
    "rejection": (
        CITIZEN,
        (
            f"{MATTER}，我们已经收到。{BASIS}经审查，决定不予受理。",
            "理由：{{ 理由 }}{% if 理由依据 %}（{{ 理由依据 }}）{% endif %}。",
            OWN_WORDS,
            OTHER_WAYS,
            CONTACT,
        ),
    ),
    "supplement": (
        CITIZEN,
        (
            f"{MATTER}，还要补一些材料才好往下办。{{% if 依据 %}}应当提供的材料见{{{{ 依据 }}}}。{{% endif %}}",
            "请补充：",
            "{{ 正文 }}",
            "可以在对话里上传，也可以邮寄或者送到我们这里。",
            CONTACT,
        ),
    ),
    "mediation": (
        "{{ 姓名 or '投诉人' }}、{{ 商家 }}：",
        (
            "双方都同意调解。现就“{{ 商家 }}”{% if 商品或服务 %}{{ 商品或服务 }}{% endif %}一事（单号{{ 工单编号 }}），" + BASIS
            + "通知如下：",
            "时间：{{ 调解时间 }}",
            "{% if 调解地点 %}地点：{{ 调解地点 }}{% endif %}",
            "方式：{{ 调解方式 }}",
            "调解人员：{{ 调解人员 }}",
            "{% if 回避 %}{{ 回避 }}。{% endif %}",
            "请带上身份证明和有关凭证；来不了请提前告诉我们。",
            OWN_WORDS,
            CONTACT,
        ),
    ),
    "agreement": (
        "",
        (
            "投诉人：{{ 姓名 }}",
            "被投诉人：{{ 商家 }}{% if 商家地址 %}，{{ 商家地址 }}{% endif %}",
            "争议事项：{{ 商品或服务 }}{% if 金额 %}，涉及{{ 金额 }}{% endif %}（单号{{ 工单编号 }}，{{ 提交日期 }}提交）",
            "{% if 诉求 %}投诉人要求：{{ 诉求 }}{% endif %}",
            "{% if 依据 %}依据{{ 依据 }}，{% endif %}经{{ 单位名称 }}组织调解，双方自愿达成如下协议：",
            "{{ 正文 }}",
            "本调解书一式三份，双方各执一份，{{ 单位名称 }}留存一份。",
        ),
    ),
    "termination": (
        "{{ 姓名 or '投诉人' }}、{{ 商家 }}：",
        (
            "“{{ 商家 }}”{% if 商品或服务 %}{{ 商品或服务 }}{% endif %}一事（单号{{ 工单编号 }}），"
            + BASIS
            + "现决定终止调解。",
            "情形：{{ 终止情形 }}。",
            OWN_WORDS,
            "{% if 其他途径 %}{{ 其他途径 }}。{% endif %}",
            CONTACT,
        ),
    ),
    "report": (
        "{{ 姓名 or '举报人' }}：",
        (
            "您于{{ 提交日期 }}提交的举报（单号{{ 工单编号 }}），" + BASIS + "告知如下：",
            "{{ 正文 }}",
            "{% if 去处 %}请直接向{{ 去处 }}提出，联系：{{ 联系方法 }}。{% endif %}",
            "我们对您的信息和举报内容保密。",
            CONTACT,
        ),
    ),
    "transfer": (
        "{{ 去处 }}：",
        (
            "我们于{{ 提交日期 }}收到一件事项（单号{{ 工单编号 }}），{% if 依据 %}依据{{ 依据 }}，{% endif %}现转请你单位处理。",
            "涉及：{{ 商家 }}{% if 商家地址 %}，{{ 商家地址 }}{% endif %}",
            "{% if 商品或服务 %}事项：{{ 商品或服务 }}{% if 金额 %}，{{ 金额 }}{% endif %}{% endif %}",
            "{% if 姓名 %}提出人：{{ 姓名 }}{% if 电话 %}，{{ 电话 }}{% endif %}{% endif %}",
            OWN_WORDS,
            "收到后请签收并告诉我们：{{ 单位电话 }}，联系人{{ 承办人 }}。",
        ),
    ),
    "reply": (
        CITIZEN,
        (f"{MATTER}，现答复如下：", "{{ 正文 }}", OTHER_WAYS, CONTACT),
    ),
}  # fmt: skip


def make(folder: Path) -> list[Path]:
    """Write every template and return where."""
    made = []
    for kind, (addressed, lines) in TEXTS.items():
        document = _blank()
        title = document.add_paragraph("{{ 单位名称 }}", style="Title")
        _set(title, HEAD, 18, CENTER)
        _set(document.add_paragraph("{{ 文书名称 }}", style="Title"), HEAD, 22, CENTER)
        _set(document.add_paragraph("{{ 文书编号 }}"), BODY, 12, CENTER)
        if addressed:
            _set(document.add_paragraph(addressed), BODY, 14, LEFT)
        for line in lines:
            _line(document, line)
        if kind == "agreement":
            _signatures(document)
        _set(document.add_paragraph("{{ 单位名称 }}（印章）"), BODY, 14, RIGHT).paragraph_format.space_before = Pt(24)
        _set(document.add_paragraph("{{ 日期 }}"), BODY, 14, RIGHT)
        made.append(folder / f"{kind}.docx")
        document.save(str(made[-1]))
    return made


def _line(document: Opened, line: str) -> None:
    """A paragraph; one that is all condition disappears whole, so that no empty line is left."""
    if line.startswith("{% if ") and line.endswith("{% endif %}") and _whole(line):
        condition, rest = line.split(" %}", 1)
        document.add_paragraph(condition.replace("{% if", "{%p if") + " %}")
        _body(document, rest[: -len("{% endif %}")])
        document.add_paragraph("{%p endif %}")
    else:
        _body(document, line)


def _whole(line: str) -> bool:
    """Whether the last endif closes the first if."""
    depth = 0
    for place in sorted([*_places(line, "{% if "), *_places(line, "{% endif %}")]):
        depth += 1 if line.startswith("{% if ", place) else -1
        if depth == 0:
            return place == len(line) - len("{% endif %}")
    return False


def _places(line: str, part: str) -> list[int]:
    return [i for i in range(len(line)) if line.startswith(part, i)]


def _body(document: Opened, text: str) -> None:
    paragraph = _set(document.add_paragraph(text), BODY, 14, LEFT)
    paragraph.paragraph_format.first_line_indent = Pt(28)


def _signatures(document: Opened) -> None:
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("投诉人（签字）：", "被投诉人（签字或者盖章）：", "日期：", "日期："),
        strict=True,
    ):
        _set(cell.paragraphs[0], BODY, 14, LEFT, text)


def _blank() -> Opened:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin = section.bottom_margin = Cm(3)
    title = document.styles["Title"]
    for border in title.element.findall(f"{qn('w:pPr')}/{qn('w:pBdr')}"):
        border.getparent().remove(border)
    title.font.color.rgb = RGBColor(0, 0, 0)
    document.core_properties.author = document.core_properties.comments = ""
    return document


def _set(paragraph: Paragraph, font: str, points: int, place: WD_ALIGN_PARAGRAPH, text: str = "") -> Paragraph:
    run = paragraph.runs[0] if paragraph.runs else paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    paragraph.alignment = place
    paragraph.paragraph_format.line_spacing = 1.5
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


if __name__ == "__main__":
    print(*make(Path(sys.argv[1])), sep="\n")
