"""Errors of tickets: each has a code of its own for its words."""

from __future__ import annotations

from xiaobao.tickets import errors


def test_every_error_has_a_code_of_its_own():
    codes = [kind.code for kind in errors.TicketError.__subclasses__()]
    assert len(set(codes)) == len(codes) == 10
    assert "ticket" not in codes


def test_a_wrong_field_is_named():
    assert errors.InvalidField("ground", "unknown").field == "ground"
    assert str(errors.InvalidField("ground", "unknown")) == "ground: unknown"
