"""Texts about the rows of a plan: why a row can't or won't be sent, and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import RowText, Translation
from batchsync.model import Decision, Reason

_AS_TEXT = Translation(
    en="Format the column as text, copy the number again from the shop's back office, then run the file again.",
    zh="请先把该列设为文本格式，从店铺后台重新复制完整编号，再重新运行该文件。",
)
_OPEN_AND_SAVE = Translation(
    en="Open the file in Excel so that it calculates the formulas, save it, then run it again.",
    zh="请用 Excel 打开文件，等公式计算完后保存，再重新运行该文件。",
)
_FILL_IN = Translation(
    en="Fill in the cell, then run the file again.", zh="请填写该单元格，再重新运行该文件。"
)
_CORRECT = Translation(
    en="Correct the cell, then run the file again.", zh="请更正该单元格，再重新运行该文件。"
)
_SEND_UNUSUAL = Translation(
    en="If the number is right, choose “send” in the decision column of the result and run the result, or run with --include-unusual.",
    zh="如编号无误，请在结果文件的“处理决定”列选择“发送”后运行结果文件，或加上 --include-unusual 运行。",
)
NOTHING = Translation(en="Nothing to do.", zh="无需处理。")
CHECK_UNCERTAIN = Translation(
    en="Check in the vendor's console whether it was charged, fill in the decision column, and run this file again (or use batchsync resolve).",
    zh="请到服务商后台核对是否已扣费，填写“处理决定”列后重新运行本文件（或使用 batchsync resolve）。",
)
CHECK_CHARGED_FAILURE = Translation(
    en="Check it in the vendor's console. Only --resend sends it again, and pays again.",
    zh="请到服务商后台核对。只有 --resend 会再次发送，并再次付费。",
)

PLANNED: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.MISSING: RowText(
            error=Translation(en="{cell} ({header}) is empty.", zh="{cell}（{header}）为空。"),
            todo=_FILL_IN,
        ),
        Reason.EXPONENT: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: Excel has shortened the number, and its last digits are lost.",
                zh="{cell}（{header}）是“{value}”：编号已被 Excel 变成科学计数法，后面的数字已丢失。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.TRUNCATED: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: all digits after the 15th are 0, so Excel has probably cut the number off.",
                zh="{cell}（{header}）是“{value}”：第 15 位之后全是 0，很可能被 Excel 截断了。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.ROUNDED: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: it was stored as a number, which keeps only about 15 digits; the others are not reliable.",
                zh="{cell}（{header}）是“{value}”：它曾被存为数值，只有前 15 位左右可靠，后面的数字不准确。",
            ),
            todo=_AS_TEXT,
        ),
        Reason.FRACTION: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: an ID has no decimals.",
                zh="{cell}（{header}）是“{value}”：带小数的数字不是编号。",
            ),
            todo=_CORRECT,
        ),
        Reason.NOT_AN_ID: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: not a valid ID (only letters, digits, - and _ are allowed).",
                zh="{cell}（{header}）是“{value}”：这不是有效编号（编号只能由字母、数字、- 和 _ 组成）。",
            ),
            todo=_CORRECT,
        ),
        Reason.ERROR_CELL: RowText(
            error=Translation(
                en="{cell} ({header}) contains the error {value}.",
                zh="{cell}（{header}）是错误值 {value}。",
            ),
            todo=Translation(
                en="Fix the formula (often a lookup without a match) or enter the ID, then run the file again.",
                zh="请修正公式（常见原因是 VLOOKUP 没有查到），或直接填写编号，再重新运行该文件。",
            ),
        ),
        Reason.NO_VALUE: RowText(
            error=Translation(
                en="{cell} ({header}) contains a formula, but the file does not contain its value.",
                zh="{cell}（{header}）是公式，但文件里没有保存计算结果。",
            ),
            todo=_OPEN_AND_SAVE,
        ),
        Reason.UNDECODABLE: RowText(
            error=Translation(
                en="The line of {cell} ({header}: “{value}”) contains bytes that are not text, so it is not reliable.",
                zh="{cell}（{header}：“{value}”）所在的行含有无法识别的字节，内容不可靠。",
            ),
            todo=Translation(
                en="Export the file again as UTF-8 or .xlsx, then run it again.",
                zh="请在原来的软件中重新导出（UTF-8 或 .xlsx），再重新运行。",
            ),
        ),
        Reason.BROKEN_LINE: RowText(
            error=Translation(
                en="The line of {cell} ({header}: “{value}”) is damaged: a quote is not closed, or its columns do not "
                "match the header.",
                zh="{cell}（{header}：“{value}”）所在的行已损坏：引号没有闭合，或列数与表头不一致。",
            ),
            todo=Translation(
                en="Fix the line (quotes, commas inside a cell) or save the file as .xlsx, then run it again.",
                zh="请修正该行（引号、单元格中的逗号），或另存为 .xlsx，再重新运行。",
            ),
        ),
        Reason.TOO_LONG: RowText(
            error=Translation(
                en="{cell} ({header}) is longer than any ID: “{value}”.",
                zh="{cell}（{header}）过长，不是有效编号：“{value}”。",
            ),
            todo=_CORRECT,
        ),
        Reason.NO_OWNER: RowText(
            error=Translation(
                en="The merchant of this row is not known: sheet “{sheet}” has no merchant column, and the settings have no merchant.",
                zh="无法确定这一行属于哪个商家：工作表“{sheet}”没有商家列，设置中也没有指定商家。",
            ),
            todo=Translation(
                en="Use --owner-id, or set input.owner_id for this sheet in config.yaml, then run the file again.",
                zh="请使用 --owner-id，或在 config.yaml 的 input.owner_id 中为该工作表设置商家 ID，再重新运行该文件。",
            ),
        ),
        Reason.UNKNOWN_SHOP: RowText(
            error=Translation(
                en="{cell} ({header}): the settings have no merchant ID for the shop “{value}”.",
                zh="{cell}（{header}）：设置中没有店铺“{value}”对应的商家 ID。",
            ),
            todo=Translation(
                en="Add the shop to input.owners in config.yaml, then run the file again.",
                zh="请在 config.yaml 的 input.owners 中加上该店铺，再重新运行该文件。",
            ),
        ),
        Reason.NOT_A_MERCHANT: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”: a zero or an order number, not a merchant ID.",
                zh="{cell}（{header}）是“{value}”：是 0 或订单号，不是商家 ID。",
            ),
            todo=_CORRECT,
        ),
        Reason.UNUSUAL: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”, unlike the other order numbers of the column (for example {other}).",
                zh="{cell}（{header}）是“{value}”，与该列其他订单号（例如 {other}）明显不同。",
            ),
            todo=_SEND_UNUSUAL,
        ),
        Reason.ERP_COPY: RowText(
            error=Translation(
                en="{cell} ({header}) is “{value}”, which is {other} with a suffix. ERPs number split and copied orders like this; the original order is {other}.",
                zh="{cell}（{header}）是“{value}”：这是 {other} 加后缀，ERP 拆分或复制订单时会这样编号，原订单号是 {other}。",
            ),
            todo=_SEND_UNUSUAL,
        ),
        Reason.DUPLICATE: RowText(
            error=Translation(
                en="Same order as line {line} of sheet “{sheet}”; the result of that line counts.",
                zh="与工作表“{sheet}”第 {line} 行是同一个订单，以那一行的结果为准。",
            ),
            todo=NOTHING,
        ),
        Reason.DUPLICATE_OTHER_MERCHANT: RowText(
            error=Translation(
                en="The same order is in line {line} of sheet “{sheet}” under merchant {other}, here under {owner}. "
                "An order is paid for once; the result of line {line} counts.",
                zh="与工作表“{sheet}”第 {line} 行是同一个订单：那一行的商家是 {other}，这一行是 {owner}。同一订单只付费一次，以第 {line} 行的结果为准。",
            ),
            todo=Translation(
                en="Check which merchant is right. If line {line} is wrong, correct it before you run the file.",
                zh="请核对哪个商家正确；如第 {line} 行有误，请先更正再运行该文件。",
            ),
        ),
        Reason.HIDDEN: RowText(
            error=Translation(en="The row is hidden, so it is not sent.", zh="该行已隐藏（筛选），未发送。"),
            todo=Translation(
                en="To send it, unhide it or set input.hidden_rows to send, then run the file again.",
                zh="如需发送，请取消隐藏，或把 input.hidden_rows 设为 send，再重新运行该文件。",
            ),
        ),
        Reason.ALREADY_SYNCED: RowText(
            error=Translation(
                en="An earlier run synced it; nothing was spent now.", zh="此前已同步，这次没有消耗点券。"
            ),
            todo=NOTHING,
        ),
        Reason.PAID_OTHER_MERCHANT: RowText(
            error=Translation(
                en="This order was already paid for under merchant {other}; nothing was spent now.",
                zh="该订单此前已在商家 {other} 名下付费，这次没有消耗点券。",
            ),
            todo=Translation(
                en="Check which merchant is right. Only --resend sends it under this merchant, too, and pays again.",
                zh="请核对哪个商家正确。只有 --resend 会在本商家名下再次发送，并再次付费。",
            ),
        ),
        Reason.SETTLED_CHARGED: RowText(
            error=Translation(
                en="It was resolved as charged; nothing was spent now.",
                zh="已确认为已扣费，这次没有消耗点券。",
            ),
            todo=NOTHING,
        ),
        Reason.FAILED_CHARGED: RowText(
            error=Translation(
                en="An earlier call failed and may have cost points, so the order is not sent again automatically.",
                zh="此前的调用失败，但可能已消耗点券，因此不会自动重发。",
            ),
            todo=CHECK_CHARGED_FAILURE,
        ),
        Reason.STILL_UNCERTAIN: RowText(
            error=Translation(
                en="An earlier call may have been charged, so the order is not sent again automatically.",
                zh="此前的调用结果未知，可能已扣费，因此不会自动重发。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
    }
)
"""Facts: cell, header, value, sheet for what is wrong with a cell; sheet and line of the first for a duplicate."""

NO_MERCHANT = Translation(
    en="No row can be sent: {sheets} has no merchant column, and no merchant is set. "
    "Use --owner-id ID, or set input.owner_id in config.yaml.",
    zh="所有行都无法发送：{sheets} 没有商家列，也没有指定商家。请使用 --owner-id 商家ID，或在 config.yaml 中设置 input.owner_id。",
)
NO_MERCHANT_FOR_SHEETS = Translation(
    en="No row can be sent: {sheets} has no merchant column, and input.owner_id has other sheets only ({named}). "
    "Add the sheet there, or use --owner-id ID.",
    zh="所有行都无法发送：{sheets} 没有商家列，input.owner_id 中只有其他工作表（{named}）。请补上该工作表，或使用 --owner-id 商家ID。",
)
NO_SHOP_COLUMN = Translation(
    en="No row can be sent: {sheets} has neither a merchant column nor one with the shop's name for input.owners. "
    "Add a column with the header 店铺名称, or use --owner-id ID.",
    zh="所有行都无法发送：{sheets} 既没有商家列，也没有可对应 input.owners 的店铺名称列。请加上“店铺名称”列，或使用 --owner-id 商家ID。",
)
BAD_DEFAULT_OWNER = Translation(
    en="“{value}” (input.owner_id, input.owners or --owner-id) is not a merchant ID. Copy it from the shop's back office.",
    zh="“{value}”（input.owner_id、input.owners 或 --owner-id）不是有效的商家 ID。请从店铺后台复制。",
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
            en="{count:order number has|order numbers have} a different length from the others (for example line {line}: {value}); check before you send",
            zh="有 {count} 个订单号与其他订单号长度不同（例如第 {line} 行：{value}），发送前请核对",
        ),
        "unknown_decision": Translation(
            en="line {line}: the decision “{value}” is not one of charged, not charged, send again, send; it is not applied",
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
            en="the file has no orders: there are no rows under the header",
            zh="文件中没有订单：表头下面没有数据",
        ),
        "goes_before": Translation(
            en="{count:order is|orders are} also in an earlier file of this command (for example {file}) and not sent again",
            zh="有 {count} 个订单在前面的文件（例如 {file}）中已有，不再发送",
        ),
        "decision_moot": Translation(
            en="{count:decision concerns an order that is|decisions concern orders that are} not uncertain; no effect",
            zh="有 {count} 个处理决定对应的订单不是“结果未知”，不起作用",
        ),
    }
)
"""Texts of the notes of a plan."""
