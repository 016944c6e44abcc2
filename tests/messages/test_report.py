"""The nightly report: its suggestions are in the text file and the chat message, too, where no tables follow."""

import pytest

from batchsync.messages import Lang, Translation, report

TODO = [
    text for name, text in vars(report).items() if name.startswith("TODO_") and isinstance(text, Translation)
]


@pytest.mark.parametrize("text", TODO)
def test_no_suggestion_points_to_a_table_below(text: Translation) -> None:
    counts = {"count": 1}
    assert "below" not in text.render(Lang.EN, **counts)
    assert not {"下表", "下文", "见下"} & {text.render(Lang.ZH, **counts)[i : i + 2] for i in range(200)}
