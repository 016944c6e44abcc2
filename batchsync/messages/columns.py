"""Texts about header rows and columns: the choice, and the questions."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

TWO_ORDERS = Translation(
    en="Sheet “{sheet}”: two columns may be the order number: “{first}” (column {first_at}) with {first_samples}, and "
    "“{second}” (column {second_at}) with {second_samples}; the header is line {line}. "
    "Choose one, for example with --order-column {first_at}, or set input.order_columns in config.yaml.",
    zh="工作表“{sheet}”中有两列都可能是订单号：“{first}”（{first_at} 列），如 {first_samples}；“{second}”（{second_at} 列），如 {second_samples}；表头在第 {line} 行。"
    "请指定用哪一列，例如 --order-column {first_at}，或在 config.yaml 中设置 input.order_columns。",
)
TWO_OWNERS = Translation(
    en="Sheet “{sheet}”: two columns may be the merchant ID: “{first}” (column {first_at}) with {first_samples}, and "
    "“{second}” (column {second_at}) with {second_samples}. "
    "Choose one, for example with --owner-column {first_at}, or set input.owner_columns in config.yaml.",
    zh="工作表“{sheet}”中有两列都可能是商家 ID：“{first}”（{first_at} 列），如 {first_samples}；“{second}”（{second_at} 列），如 {second_samples}。"
    "请指定用哪一列，例如 --owner-column {first_at}，或在 config.yaml 中设置 input.owner_columns。",
)
DOUBTFUL_MERCHANT = Translation(
    en="Sheet “{sheet}”: “{header}” (column {at}) contains “{value}”, which does not look like a merchant ID. "
    "Use --owner-id ID; if the column is right, use --owner-column {at}.",
    zh="工作表“{sheet}”的“{header}”（{at} 列）是“{value}”，不像商家 ID。请用 --owner-id 指定商家；如该列正确，请加 --owner-column {at}。",
)
SECOND_TABLE = Translation(
    en="Sheet “{sheet}”: line {line} is a second header, with the order number in column {at} “{header}” instead of column {first_at}. "
    "Put each table on its own sheet.",
    zh="工作表“{sheet}”第 {line} 行是第二个表头，订单号在 {at} 列“{header}”，不在 {first_at} 列。请把每个表放在单独的工作表中。",
)
OWNER_COLUMN_TAKEN = Translation(
    en="Sheet “{sheet}”: column {at} “{header}” has the order numbers or belongs to an earlier result, so it cannot be the merchant ID. "
    "Give another column as --owner-column.",
    zh="工作表“{sheet}”：{at} 列“{header}”是订单号列或以前的结果列，不能同时作为商家 ID 列。请用 --owner-column 指定其他列。",
)
ORDERS_ABOVE = Translation(
    en="Sheet “{sheet}”: column {at} has values like order numbers from line {line} to line {last}, above the header in line {header}. "
    "Put each table on a sheet of its own, or give the upper one the header 订单号 or order_sn.",
    zh="工作表“{sheet}”的表头在第 {header} 行，但其上方 {at} 列第 {line} 行到第 {last} 行像是订单号。请把每个表放在单独的工作表中，或给上方的表加上表头“订单号”。",
)
NO_SUCH_COLUMN = Translation(
    en="Sheet “{sheet}” has no column “{asked}”. Its headers (line {line}) are: {headers}. Use one of these, or a column letter.",
    zh="工作表“{sheet}”中没有“{asked}”列。它的表头（第 {line} 行）是：{headers}。请使用其中一个，或填写列字母。",
)
NO_ORDER_COLUMN = Translation(
    en="No order number column was found in the first {depth} rows of: {seen}. "
    "Add the header 订单号 or order_sn to the column, or choose it, for example with --order-column C.",
    zh="在前 {depth} 行中没有找到订单号列，已查看：{seen}。请给该列加上表头“订单号”，或指定该列，例如 --order-column C。",
)
IS_IT_THIS_ONE = Translation(
    en="The order number column is not certain in: {seen}. Is it {questions}? If so, add --order-column {letter}.",
    zh="无法确定订单号列，已查看：{seen}。是 {questions} 吗？如果是，请加上 --order-column {letter}。",
)
NO_HEADER = Translation(
    en="Sheet “{sheet}”: there is no header above column {asked}; line {line} already contains “{value}”. "
    "Add a header line (订单号, 商家id) on top, so that no order is read as a header.",
    zh="工作表“{sheet}”的 {asked} 列上方没有表头，第 {line} 行已经是“{value}”。请在最上面加一行表头（订单号、商家id），以免订单被当成表头。",
)
EMPTY_FILE = Translation(
    en="The file is empty: no sheet has any data. Check that it is the right file.",
    zh="文件中没有数据，所有工作表都为空。请确认是否选对了文件。",
)

NOTES: Mapping[str, Translation] = MappingProxyType(
    {
        "decided_on_page": Translation(
            en="line {line}: “{old}” was not sent at first; on the page, “{new}” was chosen",
            zh="第 {line} 行：“{old}”原本不发送，已在网页上选择“{new}”",
        ),
        "corrected": Translation(
            en="line {line}: corrected on the page from “{old}” to “{new}”",
            zh="第 {line} 行：已在网页上将“{old}”更正为“{new}”",
        ),
        "order_column_asked": Translation(
            en="order number: column {at} “{header}”, as you chose",
            zh="订单号：{at} 列“{header}”（按您的指定）",
        ),
        "order_column_by_name": Translation(
            en="order number: column {at} “{header}”, by its header", zh="订单号：{at} 列“{header}”（按表头）"
        ),
        "order_column_by_shape": Translation(
            en="order number: column {at} “{header}”, because its values look more like order numbers than those of column "
            "{other_at} “{other}”",
            zh="订单号：{at} 列“{header}”（其内容比 {other_at} 列“{other}”更像订单号）",
        ),
        "owner_column": Translation(
            en="merchant ID: column {at} “{header}”", zh="商家 ID：{at} 列“{header}”"
        ),
        "no_owner_column": Translation(
            en="merchant ID: no such column; --owner-id or the settings apply",
            zh="商家 ID：表中没有这一列，以 --owner-id 或设置为准",
        ),
        "doubtful_owner": Translation(
            en="merchant ID: {given}, as you chose; column {at} “{header}” is ignored because “{value}” does not look like a merchant ID",
            zh="商家 ID：按指定的 {given}；{at} 列“{header}”的内容（“{value}”）不像商家 ID，已忽略",
        ),
        "shop_column": Translation(
            en="merchant by shop name: column {at} “{header}”", zh="按店铺名称确定商家：{at} 列“{header}”"
        ),
        "explanation_row": Translation(
            en="line {line} explains the columns and is not an order", zh="第 {line} 行是填写说明，不是订单"
        ),
        "result_columns": Translation(
            en="the result columns of an earlier run ({headers}) will be replaced",
            zh="以前任务的结果列（{headers}）会被替换",
        ),
        "odd_shape": Translation(
            en="the values of column {at} “{header}” do not look like order numbers (for example “{value}”); "
            "check that it is the right column",
            zh="{at} 列“{header}”的内容不像订单号（例如“{value}”），请确认该列是否正确",
        ),
    }
)
"""Texts of the notes of a sheet, by the code that the parser process sends."""
