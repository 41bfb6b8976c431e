"""The table of workflow.py as docs/workflow.md: `python -m xiaobao.tickets.diagram > docs/workflow.md`."""

from __future__ import annotations

from xiaobao.tickets.workflow import TABLE, Process

HEAD = """# Workflow

Made from the table in `xiaobao/tickets/workflow.py` by `python -m xiaobao.tickets.diagram > docs/workflow.md`.
Steps that keep the status are in the table only.
"""


def document() -> str:
    """A Mermaid diagram and a table of the steps for every process."""
    return "\n".join([HEAD, *(_process(process) for process in Process)])


def _process(process: Process) -> str:
    rows = [row for row in TABLE if row.process == process]
    moves = [f"  {row.status or '[*]'} --> {row.next}: {row.step}" for row in rows if row.next != row.status]
    lines = [
        f"| {row.status or ''} | {row.step} {row.step.label} | {' '.join(sorted(map(str, row.roles)))} | {row.next} "
        f"| {' '.join(guard.__name__ for guard in row.guards)} | {row.clock.value} | {row.notice or ''} |"
        for row in rows
    ]
    head = ["| status | step | roles | next | guards | clock | notice |", "|---|---|---|---|---|---|---|"]
    return "\n".join(
        [f"## {process} {process.label}", "", "```mermaid", "stateDiagram-v2", *moves, "```", "", *head, *lines, ""]
    )


if __name__ == "__main__":
    print(document(), end="")
