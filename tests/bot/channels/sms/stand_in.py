"""The door for delivery reports as Rasa mounts it, alone; run as a process: Sanic starts well once in each.

Usage: DATABASE_URL=... python -m tests.bot.channels.sms.stand_in PORT KEY
"""

from __future__ import annotations

import sys

from rasa.core.channels.channel import register
from sanic import Sanic

from bot.channels.sms.channel import SmsReports
from xiaobao.settings import Settings

if __name__ == "__main__":
    app = Sanic("stand_in", configure_logging=False)
    register([SmsReports(Settings.from_env(), sys.argv[2])], app, route="/webhooks/")
    app.run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
