"""Texts about the rows of a plan: why a row can't or won't be sent, and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import RowText, Translation
from batchsync.model import Decision, Reason

_AS_TEXT = Translation(
    en="Set the column to text, copy the number from the shop's own page again, and run the file again.",
    zh="请先把该列设为文本格式，从店铺后台重新复制完整编号，再重新运行。",
)
_OPEN_AND_SAVE = Translation(
    en="Open the file in Excel, let it calculate, save it once, and run it again.",
    zh="请用 Excel 打开文件，等公式算完后保存一次，再重新运行。",
)
_FILL_IN = Translation(en="Fill in the cell and run the file again.", zh="请补填该单元格，再重新运行。")
_CORRECT = Translation(en="Correct the cell and run the file again.", zh="请更正该单元格，再重新运行。")
_SEND_UNUSUAL = Translation(
    en="If the number is right: run with --include-unusual, or write send in the decision column, and run again.",
    zh="如编号无误：请加 --include-unusual 运行，或在“处理决定”列填“发送”后再运行。",
)
_NOTHING = Translation(en="Nothing to do.", zh="无需处理。")

PLANNED: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.MISSING: RowText(
            error=Translation(en="{cell} ({header}) is empty.", zh="{cell}（{header}）是空的。"),
            todo=_FILL_IN,
        ),
        Reason.EXPONENT: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: Excel has shortened the number, its last digits are lost.",
                zh="{cell}（{header}）是“{value}”：编号已被 Excel 变成科学计数法，后面的数字丢失了。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.TRUNCATED: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: nothing but zeros after the 15th digit, where Excel cuts numbers off.",
                zh="{cell}（{header}）是“{value}”：第 15 位之后全是 0，很可能被 Excel 截断了。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.ROUNDED: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: it was kept as a number, which loses all but about 15 digits; the rest can't be trusted.",
                zh="{cell}（{header}）是“{value}”：它曾被存成数值，只有前 15 位左右可信，后面的数字已不准确。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.FRACTION: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: a number with decimals is no id.",
                zh="{cell}（{header}）是“{value}”：带小数的数字不是编号。",
            ),
            todo=_CORRECT,
        ),
        Reason.NOT_AN_ID: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: that is no id (only letters, digits, - and _ can be one).",
                zh="{cell}（{header}）是“{value}”：这不是有效编号（编号只能由字母、数字、- 和 _ 组成）。",
            ),
            todo=_CORRECT,
        ),
        Reason.ERROR_CELL: RowText(
            error=Translation(
                en="{cell} ({header}) holds the error {value}.",
                zh="{cell}（{header}）是错误值 {value}。",
            ),
            todo=Translation(
                en="Mend the formula (often a lookup that found nothing), or type the id, and run the file again.",
                zh="请修正公式（常见原因是 VLOOKUP 没有查到），或直接填写编号，再重新运行。",
            ),
        ),
        Reason.NO_VALUE: RowText(
            error=Translation(
                en="{cell} ({header}) holds a formula whose value the file doesn't keep.",
                zh="{cell}（{header}）是公式，但文件里没有保存计算结果。",
            ),
            todo=_OPEN_AND_SAVE,
        ),
        Reason.UNDECODABLE: RowText(
            error=Translation(
                en="The line of {cell} ({header}: “{value}”) has bytes that are no text; it can't be trusted.",
                zh="{cell}（{header}：“{value}”）所在的行含有无法识别的字节，内容不可信。",
            ),
            todo=Translation(
                en="Save the file anew from the program it comes from, as UTF-8 or .xlsx, and run it again.",
                zh="请在原来的软件里重新导出（UTF-8 或 .xlsx），再重新运行。",
            ),
        ),
        Reason.BROKEN_LINE: RowText(
            error=Translation(
                en="The line of {cell} ({header}: “{value}”) is broken: a quote is never closed, or it has other columns "
                "than the header.",
                zh="{cell}（{header}：“{value}”）所在的行已损坏：引号没有闭合，或列数与表头不一致。",
            ),
            todo=Translation(
                en="Mend the line (quotes, commas within a cell), or save the file as .xlsx, and run it again.",
                zh="请修正该行（引号、单元格里的逗号），或另存为 .xlsx，再重新运行。",
            ),
        ),
        Reason.TOO_LONG: RowText(
            error=Translation(
                en="{cell} ({header}) is too long for an id: “{value}”.",
                zh="{cell}（{header}）太长，不可能是编号：“{value}”。",
            ),
            todo=_CORRECT,
        ),
        Reason.NO_OWNER: RowText(
            error=Translation(
                en="No merchant is known for this row: sheet “{sheet}” has no merchant column, and the settings name none.",
                zh="不知道这一行属于哪个商家：工作表“{sheet}”没有商家列，配置里也没有指定。",
            ),
            todo=Translation(
                en="Give --owner-id, or input.owner_id for this sheet in config.yaml, and run the file again.",
                zh="请加上 --owner-id，或在 config.yaml 的 input.owner_id 里为该工作表指定商家 id，再重新运行。",
            ),
        ),
        Reason.UNKNOWN_SHOP: RowText(
            error=Translation(
                en="{cell} ({header}) names the shop “{value}”, for which the settings have no merchant id.",
                zh="{cell}（{header}）的店铺“{value}”在配置里没有对应的商家 id。",
            ),
            todo=Translation(
                en="Add the shop to input.owners in config.yaml and run the file again.",
                zh="请在 config.yaml 的 input.owners 里加上该店铺，再重新运行。",
            ),
        ),
        Reason.NOT_A_MERCHANT: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: that is zero or looks like an order number, not like a merchant ID.",
                zh="{cell}（{header}）是“{value}”：这是 0 或像订单号，不像商家 ID。",
            ),
            todo=_CORRECT,
        ),
        Reason.UNUSUAL: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”, unlike the other order numbers of the column (e.g. {other}).",
                zh="{cell}（{header}）是“{value}”，与该列其他订单号（例如 {other}）明显不同。",
            ),
            todo=_SEND_UNUSUAL,
        ),
        Reason.ERP_COPY: RowText(
            error=Translation(
                en="{cell} ({header}) says “{value}”: {other} with a suffix, as ERPs name the parts or copies of an order; the platform knows only {other}.",
                zh="{cell}（{header}）是“{value}”：这是 {other} 加后缀，ERP 拆单或复制订单时会这样编号，平台只认 {other}。",
            ),
            todo=_SEND_UNUSUAL,
        ),
        Reason.DUPLICATE: RowText(
            error=Translation(
                en="The same order stands in line {line} of sheet “{sheet}”, whose result counts.",
                zh="与工作表“{sheet}”第 {line} 行是同一个订单，以那一行的结果为准。",
            ),
            todo=_NOTHING,
        ),
        Reason.DUPLICATE_OTHER_MERCHANT: RowText(
            error=Translation(
                en="The same order is in line {line} of sheet “{sheet}” under merchant {other}, here under {owner}. "
                "An order is paid for once; the result of line {line} counts.",
                zh="与工作表“{sheet}”第 {line} 行是同一个订单：那一行的商家是 {other}，这一行是 {owner}。同一订单只付费一次，以第 {line} 行的结果为准。",
            ),
            todo=Translation(
                en="Check which merchant is right. If line {line} is wrong, correct it before you run the file.",
                zh="请核对哪个商家正确；如第 {line} 行有误，请先更正再运行。",
            ),
        ),
        Reason.HIDDEN: RowText(
            error=Translation(en="The row is hidden, so it was left out.", zh="该行被隐藏（筛选），未发送。"),
            todo=Translation(
                en="Unhide it, or set input.hidden_rows to send, and run the file again.",
                zh="如需发送，请取消隐藏，或把 input.hidden_rows 设为 send，再重新运行。",
            ),
        ),
        Reason.ALREADY_SYNCED: RowText(
            error=Translation(
                en="An earlier run synced it; nothing was spent now.", zh="之前已经同步过，这次没有消耗点券。"
            ),
            todo=_NOTHING,
        ),
        Reason.PAID_OTHER_MERCHANT: RowText(
            error=Translation(
                en="This order was already paid for under merchant {other}; nothing was spent now.",
                zh="该订单此前已在商家 {other} 名下付费，这次没有消耗点券。",
            ),
            todo=Translation(
                en="Check which merchant is right. --resend sends it under this merchant, too, and pays again.",
                zh="请核对哪个商家正确；如确需在本商家名下再次付费发送，请用 --resend。",
            ),
        ),
        Reason.SETTLED_CHARGED: RowText(
            error=Translation(
                en="You settled it as charged; nothing was spent now.",
                zh="您已确认扣过费，这次没有消耗点券。",
            ),
            todo=_NOTHING,
        ),
        Reason.FAILED_CHARGED: RowText(
            error=Translation(
                en="An earlier call failed and may have cost points, so it isn't sent again by itself.",
                zh="之前的调用失败了，但可能已扣点券，所以不会自动重发。",
            ),
            todo=Translation(
                en="Check it on the vendor's page; --resend sends it again and pays again.",
                zh="请到平台核对；如要再次付费发送，请用 --resend。",
            ),
        ),
        Reason.STILL_UNCERTAIN: RowText(
            error=Translation(
                en="An earlier call may have been charged; nobody knows, so it isn't sent again by itself.",
                zh="之前的调用可能已扣费，结果未知，所以不会自动重发。",
            ),
            todo=Translation(
                en="Check it on the vendor's page, then fill in the decision column, or use batchsync resolve.",
                zh="请到平台核对后在“处理决定”列填写结果，或使用 batchsync resolve。",
            ),
        ),
    }
)
"""Facts: cell, header, value, sheet for what is wrong with a cell; sheet and line of the first for a duplicate."""

NO_MERCHANT = Translation(
    en="No row can be sent: {sheets} has no merchant column, and no merchant is set. "
    "Say whose orders these are: --owner-id ID, or input.owner_id in config.yaml.",
    zh="所有行都无法发送：{sheets} 没有商家列，也没有指定商家。请说明是哪个商家的订单：--owner-id 商家ID，或在 config.yaml 里设置 input.owner_id。",
)
NO_MERCHANT_FOR_SHEETS = Translation(
    en="No row can be sent: {sheets} has no merchant column, and input.owner_id names other sheets only ({named}). "
    "Add the sheet there, or give --owner-id ID.",
    zh="所有行都无法发送：{sheets} 没有商家列，input.owner_id 里只有其他工作表（{named}）。请补上该工作表，或使用 --owner-id 商家ID。",
)
NO_SHOP_COLUMN = Translation(
    en="No row can be sent: {sheets} has neither a merchant column nor one with the shop's name for input.owners. "
    "Add such a column (店铺名称), or give --owner-id ID.",
    zh="所有行都无法发送：{sheets} 既没有商家列，也没有可对应 input.owners 的店铺名称列。请加上“店铺名称”列，或使用 --owner-id 商家ID。",
)
BAD_DEFAULT_OWNER = Translation(
    en="“{value}” (input.owner_id, input.owners or --owner-id) is no merchant id. Give it as the shop's page shows it.",
    zh="“{value}”（input.owner_id、input.owners 或 --owner-id）不是有效的商家 id，请按店铺后台显示的填写。",
)

DECISIONS: Mapping[str, Decision] = MappingProxyType(
    {
        "已扣费": Decision.CHARGED,
        "已扣": Decision.CHARGED,
        "扣了": Decision.CHARGED,
        "未扣费": Decision.NOT_CHARGED,
        "未扣": Decision.NOT_CHARGED,
        "没扣": Decision.NOT_CHARGED,
        "重新发送": Decision.SEND_AGAIN,
        "重发": Decision.SEND_AGAIN,
        "发送": Decision.SEND,
        "charged": Decision.CHARGED,
        "not charged": Decision.NOT_CHARGED,
        "send again": Decision.SEND_AGAIN,
        "send": Decision.SEND,
    }
)
"""What a person may write in the decision column; compared in lower case."""

PLAN_NOTES: Mapping[str, Translation] = MappingProxyType(
    {
        "odd_lengths": Translation(
            en="{count:order number has|order numbers have} another length than the others (e.g. line {line}: {value}); have a look before paying",
            zh="有 {count} 个订单号与其他订单号长度不同（例如第 {line} 行：{value}），付费前请核对",
        ),
        "unknown_decision": Translation(
            en="line {line}: the decision “{value}” is none of: charged, not charged, send again, send; it changes nothing",
            zh="第 {line} 行：处理决定“{value}”不是“已扣费 / 未扣费 / 重新发送 / 发送”之一，未执行",
        ),
        "decisions_differ": Translation(
            en="line {line}: the decision “{value}” contradicts another row of the same order; neither is applied",
            zh="第 {line} 行：处理决定“{value}”与同一订单的另一行不一致，两者都未执行",
        ),
        "foot_rows": Translation(
            en="sheet “{sheet}”: {count:foot row|foot rows} with a total, not an order (line {lines})",
            zh="工作表“{sheet}”：第 {lines} 行是合计，不是订单",
        ),
        "no_rows": Translation(
            en="the file holds no order: there is nothing under the header, so nothing to send",
            zh="文件里没有订单：表头下面没有数据，无需发送",
        ),
        "goes_before": Translation(
            en="{count:order stands|orders stand} in a file before it as well (e.g. {file}): already synced by then, and not sent again",
            zh="有 {count} 个订单在前面的文件（例如 {file}）里也有：届时已同步，不再发送",
        ),
        "decision_moot": Translation(
            en="{count:decision concerns an order that is|decisions concern orders that are} not uncertain (any more): nothing changes",
            zh="有 {count} 个处理决定对应的订单已不是“结果未知”，不产生作用",
        ),
    }
)
"""Texts of the notes of a plan."""
