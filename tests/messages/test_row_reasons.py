"""Every reason and status has its words, in both languages."""

import string

import pytest

from batchsync.messages import Lang, planning
from batchsync.messages import result_columns as messages
from batchsync.messages import row_reasons as outcome_words
from batchsync.messages import summary as summary_words
from batchsync.messages.render import Translation
from batchsync.model import Reason, RowStatus

KNOWN_FACTS = {
    "later",
    "code",
    "http",
    "elapsed",
    "owner",
    "number",
    "line",
    "sheet",
    "run",
    "time",
    "cell",
    "header",
    "value",
    "other",
}


def wanted(text: Translation) -> set[str]:
    return {
        name
        for reported in (text.en, text.zh)
        for _, name, _, _ in string.Formatter().parse(reported)
        if name
    }


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentences(reason: Reason) -> None:
    """Error and advice for each reason, asking only for facts that a row has."""
    text = outcome_words.ROWS[reason]
    assert set() == (wanted(text.error) | wanted(text.todo)) - KNOWN_FACTS
    assert "" not in (
        text.todo.en,
        text.todo.zh,
        summary_words.KINDS[reason].en,
        summary_words.KINDS[reason].zh,
    )


def test_statuses_and_heads_are_those_of_the_interface() -> None:
    """Scripts depend on these words."""
    heads = ["sync status", "error", "points spent", "what to do", "API status", "attempts", "answered at"]
    assert heads == [head.en for head in messages.HEADS.values()][:7]
    zh = ["同步状态", "错误信息", "消耗点券", "处理建议", "状态码", "尝试次数", "完成时间"]
    assert zh == [head.zh for head in messages.HEADS.values()][:7]
    statuses = ["已同步", "此前已同步", "重复行", "未发送", "无效行", "失败", "结果未知"]
    assert statuses == [messages.STATUSES[status].render(Lang.ZH) for status in RowStatus]


def test_decisions_offered_are_decisions_obeyed() -> None:
    """What the drop-down offers, the next run's plan understands."""
    offered = {text.render(lang) for text in (*messages.DECISIONS, messages.SEND) for lang in Lang}
    assert offered <= set(planning.DECISIONS)
