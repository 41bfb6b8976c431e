"""What became of each line, in words, for a page, a terminal and a file that a spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from xiaobao.imports.outcomes import GOOD, KNOWN, WRONG, Outcome
from xiaobao.imports.sheets import FileProblem
from xiaobao.tickets.exports import harmless

TITLES = ("行号", "编号", "结果", "单号", "问题")
RESULTS = {GOOD: "导入", KNOWN: "以前导入过", WRONG: "没有导入"}
CHECKED = {GOOD: "可以导入", KNOWN: "以前导入过", WRONG: "有问题"}
FAULTS = {
    "missing": "没有填",
    "too_long": "太长",
    "no_date": "看不出是哪一天，请写成2026-11-02这样",
    "too_early": "日期太早，请核对年份",
    "in_future": "日期在今天以后",
    "no_sum": "看不出是多少钱，请写数字",
    "no_phone": "不像电话号码",
    "no_choice": "不认得这个词，请对照可以填的词",
    "needed_when_closed": "已经办结的单子要填这一格",
    "open_with_a_day": "状态是还在办，却填了办结日期",
    "before_the_step_before": "早于前一步的日期",
    "number_taken": "这个编号已经用在另一件事上",
    "no_login": "登录名只能用字母、数字、点、横线",
    "login_taken": "这个登录名已经有人用",
    "liaison_without": "联络员要写机构",
    "refused": "没有收下",
    "database": "数据库没有收下",
}
PROBLEMS = {
    "empty": "文件是空的。",
    "too_large": "文件太大，最多{detail} MB。请分成几个文件。",
    "old_excel": "这是旧版Excel（.xls）。请在Excel里另存为.xlsx或CSV再导入。",
    "not_text": "看不出这是什么文件。请用.xlsx，或者UTF-8、GB18030编码的CSV。",
    "not_a_workbook": "这不是Excel工作簿。请用.xlsx或CSV。",
    "broken_workbook": "这个Excel文件打不开，可能没有传完整或者加了密码。请另存一份再试。",
    "broken_csv": "从第{detail}行起读不下去，多半是引号没有成对。请改好再试。",
    "too_many_rows": "行数太多，最多{detail}行。请分成几个文件。",
    "too_many_columns": "第{detail}行的列太多。",
    "column_twice": "有两列是同一个意思：{detail}。请只留一列。",
    "column_missing": "缺这几列：{detail}。第一行要写列名。",
    "gone": "文件已经按期限删除，请重新上传。",
}


def problem(found: FileProblem) -> str:
    """Why nothing of a file can be read."""
    return PROBLEMS[found.code].format(detail=found.detail)


def fault(title: str, code: str) -> str:
    """金额：看不出是多少钱，请写数字."""
    said = FAULTS.get(code, f"没有收下（{code}）")
    return f"{title}：{said}" if title else said


def row(outcome: Outcome, dry: bool) -> list[str]:
    """One line of the report; no cell is taken for a formula."""
    said = (CHECKED if dry else RESULTS)[outcome.outcome]
    faults = "；".join(fault(title, code) for title, code in outcome.faults)
    return [str(outcome.line), *(str(harmless(cell)) for cell in (outcome.key, said, outcome.result or "", faults))]


def rows(outcomes: Iterable[Outcome], dry: bool) -> Iterator[list[str]]:
    """The titles, then every line."""
    yield list(TITLES)
    for outcome in outcomes:
        yield row(outcome, dry)


class File:
    """A report that is written while lines are worked."""

    def __init__(self, path: Path, dry: bool) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer, self._dry = csv.writer(self._file), dry
        self._writer.writerow(TITLES)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write these lines; they are on disk when this returns."""
        self._writer.writerows(row(outcome, self._dry) for outcome in outcomes)
        self._file.flush()

    def close(self) -> None:
        self._file.close()
