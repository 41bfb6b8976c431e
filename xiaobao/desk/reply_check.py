"""What a reply lacks before it goes out (pure): each claim answered, a result, a reason, articles in force, the ways that
are left, no promise beyond the clock, nobody else's data.

Words are looked for, meaning is not understood: a finding never forbids a reply, it asks for a reason that is kept in
the audit. The words are data/reference/reply_rules.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from xiaobao import privacy
from xiaobao.knowledge import library, numerals
from xiaobao.tickets import canned_texts, deadlines, reference
from xiaobao.tickets.deadlines import Holidays
from xiaobao.tickets.reference import ReferenceFileError
from xiaobao.tickets.views import ClockView, TicketView
from xiaobao.tickets.workflow import Step

# The fields of a step that the citizen reads as the reply.
REPLIES: Mapping[str, tuple[str, ...]] = {
    Step.REPLY: ("text",),
    Step.DECIDE: ("text", "facts", "basis_text", "remedies"),
}
PROCESSES = frozenset({"complaint", "finance", "report", "callback", "suggestion"})
KINDS = ("part", "claim", "all_claims", "speaker", "old_law", "secret")
_CITED = re.compile(r"《([^《》]{2,40})》((?:[、，和及]?第[零〇一二三四五六七八九十百千\d]+条(?:之[一二三四五])?)+)?")
_ARTICLE = re.compile(r"第([零〇一二三四五六七八九十百千\d]+)条(之[一二三四五])?")
_PART = re.compile(r"[，,、；;。/\n]|并且?|以及|同时|还要")
_ASKING = re.compile(r"要求|希望|请求|我要|必须|尽快|马上|立即|商家|对方|全部|全额|赶紧|给我|帮我")
_ASKED = re.compile(r"(?:您|你|投诉人|来信)[^，。；\n]{0,8}?(?:要求|反映|提出|申请|投诉|诉求)[^，。；\n]{0,40}")
_HAN = re.compile(r"[一-鿿]+")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_DAY = re.compile(r"(?:(20\d\d)年)?(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])[日号]")
_WITHIN = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})个?(工作日|自然日|日|天)(?:之?内|以内)")
_WILL = re.compile(r"将|会|预计|计划|拟于|争取|之?前|以前|内|答复|回复|办结|处理完|告知|给您|联系您")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8})(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """A row of reply_rules.csv. `when`: only for replies (of a claim: only for claims) with one of these words."""

    id: str
    kind: str
    blocks: bool
    processes: frozenset[str]
    words: re.Pattern[str]
    when: re.Pattern[str] | None
    law: str
    article: str


@dataclass(frozen=True)
class LawFacts:
    """What is known of a law: whether it is in force, and its articles (第五条, 第五条之一); None: not all of them."""

    in_force: bool
    articles: frozenset[str] | None


@dataclass(frozen=True)
class Rules:
    """The rules; the words by which claims are told apart (code -> name, words); laws by title and other names."""

    rules: tuple[Rule, ...]
    claims: Mapping[str, tuple[str, tuple[str, ...]]]
    laws: Mapping[str, LawFacts]


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `code` has its words on the desk; `about` is what it is about, in the reply's own words.

    `blocks`: the reply goes out only with a reason.
    """

    code: str
    about: str = ""
    blocks: bool = True
    law: str = ""
    article: str = ""


def load(directory: Path, knowledge: Path) -> Rules:
    """Read reply_rules.csv, claims.csv and the laws. Raises ReferenceFileError for a broken row."""
    rules = tuple(_rule(row) for row in reference.rows(directory / "reply_rules.csv"))
    claims = {
        row["code"]: (row["name"], tuple(row["keywords"].split())) for row in reference.rows(directory / "claims.csv")
    }
    return Rules(rules, claims, _laws(knowledge / "laws"))


def check(
    reply: str,
    ticket: TicketView,
    rules: Rules,
    *,
    today: date,
    holidays: Holidays,
    known_numbers: Iterable[str] = (),
) -> list[Finding]:
    """What to look at before `reply` goes out, what blocks first.

    `ticket` unmasked: the citizen's own number may stand in the reply. `known_numbers`: telephone numbers of offices
    and hotlines.
    """
    mine = [rule for rule in rules.rules if ticket.process in rule.processes]
    found = [
        *_claims(reply, ticket, rules, mine),
        *_parts(reply, mine),
        *_unfilled(reply),
        *_citations(reply, rules.laws, mine),
        *_promises(reply, ticket, mine, today, holidays),
        *_others(reply, mine, (ticket.contact_phone or "", *known_numbers), ticket.contact_email or ""),
    ]
    return sorted(found, key=lambda one: not one.blocks)


def check_words(text: str, rules: Rules, *, known_numbers: Iterable[str] = ()) -> list[Finding]:
    """What to look at before a clerk's words go into a conversation: law that is not in force, secrets, numbers of others."""
    return [
        *_unfilled(text),
        *_citations(text, rules.laws, rules.rules),
        *_others(text, rules.rules, known_numbers, ""),
    ]


def blocking(findings: Sequence[Finding]) -> list[str]:
    """Codes of what wants a reason."""
    return list(dict.fromkeys(one.code for one in findings if one.blocks))


def text_of(step: str, typed: Mapping[str, object]) -> str:
    """The reply as one text, of a step of REPLIES."""
    return "\n".join(str(typed.get(name) or "") for name in REPLIES[step]).strip()


def _rule(row: Mapping[str, str]) -> Rule:
    processes = frozenset(row["processes"].split())
    if row["kind"] not in KINDS or not processes <= PROCESSES:
        raise ReferenceFileError(f"reply_rules.csv, {row['id']}: unknown kind or process")
    when = re.compile(row["when"]) if row["when"] else None
    blocks = row["blocks"] == "yes"
    return Rule(row["id"], row["kind"], blocks, processes, re.compile(row["words"]), when, row["law"], row["article"])


def _laws(folder: Path) -> dict[str, LawFacts]:
    found: dict[str, LawFacts] = {}
    for law in map(library.read_law, sorted(folder.glob("*.md"))):
        facts = LawFacts(law.state != "repealed", frozenset(law.articles) if law.whole else None)
        found |= dict.fromkeys((law.title, law.full_title, *law.aliases), facts)
    return found


def _claims(reply: str, ticket: TicketView, rules: Rules, mine: Sequence[Rule]) -> Iterable[Finding]:
    if any(rule.words.search(reply) for rule in mine if rule.kind == "all_claims"):
        return
    answered = {rule.id: rule for rule in mine if rule.kind == "claim"}
    for part in _PART.split(ticket.claim or "") if answered else ():
        wanted = [rule for code, rule in answered.items() if _asks_for(part, rules.claims[code][1], rule)]
        if wanted and not any(rule.words.search(reply) for rule in wanted) and not _spoken_of(part, reply):
            yield Finding("claim", part.strip()[:40], any(rule.blocks for rule in wanted))


def _asks_for(part: str, words: Sequence[str], rule: Rule) -> bool:
    return any(word in part for word in words) or bool(rule.when and rule.when.search(part))


def _spoken_of(part: str, reply: str) -> bool:
    """Whether the reply uses any two characters of what was asked for."""
    runs = _HAN.findall(_ASKING.sub(" ", part))
    return any(run[at : at + 2] in reply for run in runs for at in range(len(run) - 1))


def _parts(reply: str, mine: Sequence[Rule]) -> Iterable[Finding]:
    own = _ASKED.sub("", reply)  # what was asked for, said again, is no result of it
    for rule in mine:
        if rule.kind == "part" and (rule.when is None or rule.when.search(own)) and not rule.words.search(own):
            yield Finding(rule.id, "", rule.blocks, rule.law, rule.article)


def _unfilled(reply: str) -> Iterable[Finding]:
    """Placeholders of a canned text that nobody filled."""
    for found in dict.fromkeys(canned_texts.PLACEHOLDER.findall(reply)):
        yield Finding("unfilled", found)


def _citations(reply: str, laws: Mapping[str, LawFacts], mine: Sequence[Rule]) -> Iterable[Finding]:
    """Laws that are not in force, articles that do not exist. A title that nobody here knows is only pointed at."""
    old = [rule for rule in mine if rule.kind == "old_law"]
    for rule in old:
        if found := rule.words.search(reply):
            yield Finding("old_law", f"《{found[0]}》", rule.blocks, rule.law, rule.article)
    for title, articles in _CITED.findall(reply):
        law = laws.get(title.removeprefix("中华人民共和国"))
        if any(rule.words.search(title) for rule in old):
            continue
        if law is None:
            yield Finding("unknown_law", f"《{title}》", blocks=False)
        elif not law.in_force:
            yield Finding("old_law", f"《{title}》")
        elif law.articles is not None:
            for number, extra in _ARTICLE.findall(articles):
                named = f"第{numerals.chinese(numerals.number(number))}条{extra}"
                if named not in law.articles:
                    yield Finding("no_article", f"《{title}》{named}")


def _promises(
    reply: str, ticket: TicketView, mine: Sequence[Rule], today: date, holidays: Holidays
) -> Iterable[Finding]:
    """Days that we promise ourselves, beyond the first clock that binds us."""
    running = [clock for clock in ticket.clocks if clock.state == "running" and clock.statutory]
    first: ClockView | None = min(running, key=lambda clock: clock.due, default=None)
    if first is None:
        return
    speakers = {rule.id: rule.words for rule in mine if rule.kind == "speaker"}
    for sentence in _SENTENCE.findall(reply):
        if not _WILL.search(sentence) or not _we_say(sentence, speakers):
            continue
        for said, day in _days(sentence, today, holidays):
            if day > max(first.due, today):
                yield Finding("late_promise", f"{said}（{first.label}最迟{first.due.month}月{first.due.day}日）")


def _we_say(sentence: str, speakers: Mapping[str, re.Pattern[str]]) -> bool:
    ours, theirs = speakers.get("ours"), speakers.get("theirs")
    right = speakers.get("citizens_right")  # a period in which the citizen may do something is no promise
    if right and right.search(sentence) and not (ours and ours.search(sentence)):
        return False
    return bool(ours and ours.search(sentence)) or not (theirs and theirs.search(sentence))


def _days(sentence: str, today: date, holidays: Holidays) -> Iterable[tuple[str, date]]:
    for match in _DAY.finditer(sentence):
        try:
            day = date(int(match[1] or today.year), int(match[2]), int(match[3]))
        except ValueError:
            continue
        if not match[1] and day < today - timedelta(days=183):
            day = day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else day + timedelta(days=366)
        yield match[0], day
    for match in _WITHIN.finditer(sentence):
        amount = numerals.number(match[1])
        if match[2] == "工作日":
            yield match[0], deadlines.working_days_after(today, amount, holidays).due
        else:
            yield match[0], today + timedelta(days=amount)


def _others(reply: str, mine: Sequence[Rule], known: Iterable[str], own_mail: str) -> Iterable[Finding]:
    """Numbers that are neither the citizen's nor an office's; identity and card numbers are never sent."""
    secret = any(rule.words.search(reply) for rule in mine if rule.kind == "secret")
    if secret or privacy.mask_sensitive(reply) != reply:
        yield Finding("sensitive", "")
    theirs = {_bare(number) for number in known}
    for number in _PHONE.findall(reply):
        if _bare(number) not in theirs:
            yield Finding("number", privacy.mask_phone(number))
    for mail in _EMAIL.findall(reply):
        if mail.lower() != own_mail.lower():
            yield Finding("email", privacy.mask_email(mail))


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number)
