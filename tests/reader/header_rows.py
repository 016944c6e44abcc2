"""Header rows of real exports and of ERPs, with the columns that must be row_batches. `JY:` before a header marks a column of an ERP's own numbers."""

from typing import NamedTuple


class Row(NamedTuple):
    source: str
    headers: tuple[str, ...]
    order: str
    owner: str | None
    own_numbers: frozenset[str]
    """Columns that hold an ERP's own numbers, letters and digits."""


def row(source: str, headers: str, order: str, owner: str | None = None) -> Row:
    cells = headers.split("|")
    own = frozenset(cell.removeprefix("JY:") for cell in cells if cell.startswith("JY:"))
    return Row(source, tuple(cell.removeprefix("JY:") for cell in cells), order, owner, own)


ROWS: tuple[Row, ...] = (
    # Pinduoduo
    row(
        "pdd orders",
        "商品|订单号|订单状态|商品总价(元)|邮费(元)|店铺优惠折扣(元)|平台优惠折扣(元)|用户实付金额(元)|商家实收金额(元)|商品数量(件)|商品id|商家编码-规格维度|商家编码-商品维度|商家备注|售后状态|快递单号|快递公司",
        "订单号",
    ),
    row(
        "pdd orders, time first",
        "订单成交时间|商品|订单号|订单状态|商品总价(元)|商品规格|样式ID|商家编码-规格维度|商家备注|快递单号",
        "订单号",
    ),
    row(
        "pdd to be sent", "订单号|商品名称|商品规格|数量|收货人|手机|省|市|区|详细地址|订单确认时间", "订单号"
    ),
    row("pdd refunds", "售后编号|订单编号|商品名称|售后状态|订单状态|退款金额(元)", "订单编号"),
    row("pdd settlement", "商户订单号|发生时间|收入金额(+元)|支出金额(-元)|账务类型|备注", "商户订单号"),
    row("pdd api", "order_sn|mall_id|goods_name|order_status|tracking_number", "order_sn", "mall_id"),
    row("pdd api, camel", "orderSn|mallId|goodsId|status", "orderSn", "mallId"),
    row("pdd for this api", "orderSns|ownerId", "orderSns", "ownerId"),
    row("pdd by hand", "店铺|拼多多订单号|快递单号|备注", "拼多多订单号"),
    row("pdd with shop id", "店铺ID|店铺名称|订单号|商品ID|商家编码", "订单号", "店铺ID"),
    # Taobao, Tmall
    row(
        "taobao orders",
        "订单编号|买家会员名|买家支付宝账号|买家应付货款|买家应付邮费|总金额|订单状态|收货人姓名|收货地址|物流单号|宝贝标题",
        "订单编号",
    ),
    row(
        "taobao goods",
        "子订单编号|主订单编号|商品标题|商品价格|购买数量|外部系统编号|商品属性|订单状态|商家编码|支付单号",
        "主订单编号",
    ),
    row(
        "taobao sold goods",
        "订单编号|支付单号|支付详情|买家应付货款|订单状态|买家留言|运送方式|订单创建时间|订单付款时间|物流单号|卖家备注|店铺Id|店铺名称",
        "订单编号",
        "店铺Id",
    ),
    row("taobao alipay", "淘宝订单编号|支付宝交易号|收入|支出", "淘宝订单编号"),
    row(
        "taobao refunds",
        "退款编号|订单编号|支付宝交易号|订单付款时间|商家编码|退款完结时间|买家会员名称",
        "订单编号",
    ),
    row("taobao api", "tid|seller_id|buyer_nick|payment|status", "tid", "seller_id"),
    row("tmall", "天猫订单号|宝贝标题|宝贝数量|商家编码", "天猫订单号"),
    row("1688", "订单编号|买家公司名|买家会员名|卖家公司名|卖家会员名|货品总价(元)|运费(元)", "订单编号"),
    # JD
    row(
        "jd orders",
        "订单号|商品ID|商品名称|订购数量|支付方式|下单时间|京东价|订单金额|订单状态|客户姓名|商家备注|商家ID",
        "订单号",
        "商家ID",
    ),
    row("jd named", "京东订单号|商家编号|运单号|金额", "京东订单号", "商家编号"),
    row("jd api", "order_id|vender_id|order_state|order_total_price", "order_id", "vender_id"),
    row("jd settlement", "订单编号|父单号|店铺号|店铺名称|费用项|金额|账单日期", "订单编号", "店铺号"),
    # Douyin
    row(
        "douyin",
        "主订单编号|子订单编号|选购商品|商品规格|商品数量|商品ID|商家编码|商品单价|订单应付金额|收件人|订单提交时间|订单状态|售后状态|达人ID|快递信息",
        "主订单编号",
    ),
    row("douyin, order shifted", "子订单编号|商品|主订单编号|商家备注|团长ID", "主订单编号"),
    row("douyin with shop", "店铺名称|店铺ID|主订单编号|子订单编号|订单状态", "主订单编号", "店铺ID"),
    row("douyin api", "shop_order_id|item_order_id|shop_id|product_name", "shop_order_id", "shop_id"),
    row("douyin settlement", "动账时间|动账流水号|动账金额|订单号|子订单号|商品ID|结算金额", "订单号"),
    row("douyin insurance", "保单号|订单编号|保费", "订单编号"),
    row("douyin named", "抖音订单号|工单号|处理结果", "抖音订单号"),
    # Kuaishou, Xiaohongshu, WeChat, others
    row(
        "kuaishou", "订单编号|订单创建时间|订单状态|实付款|快递单号|商品ID|团长ID|达人ID|买家留言", "订单编号"
    ),
    row("kuaishou named", "快手订单编号|商品名称|佣金|店铺ID", "快手订单编号", "店铺ID"),
    row("xiaohongshu", "订单号|订单状态|售后状态|规格ID|商品总价(元)|商家应收金额(元)|快递单号", "订单号"),
    row("xiaohongshu named", "小红书订单号|支付流水号|商家实收金额", "小红书订单号"),
    row(
        "wechat channels", "订单号|下单时间|订单状态|支付单号|商品编码(自定义)|店铺编码", "订单号", "店铺编码"
    ),
    row("wechat pay", "交易单号|商户号|交易时间|交易状态|金额", "交易单号", "商户号"),
    row("youzan", "订单号|外部支付流水号|订单类型|归属店铺|店铺类型|付款方式", "订单号"),
    row("weidian", "订单编号|订单状态|商家id|收货人|物流单号|退款单号", "订单编号", "商家id"),
    row("o2o", "门店ID|门店名称|订单ID|商品名称|渠道", "订单ID", "门店ID"),
    row("meituan", "订单流水号|门店编号|订单状态|订单金额", "订单流水号", "门店编号"),
    row("distribution platform", "父订单号|商户ID|订单来源|退换单号", "父订单号", "商户ID"),
    # Jushuitan
    row(
        "jushuitan",
        "内部订单号|线上订单号|店铺名称|下单时间|状态|订单类型|线上子订单编号|原始线上订单号|商品编码|数量|成本价",
        "线上订单号",
    ),
    row(
        "jushuitan with shop id",
        "内部订单号|线上订单号|店铺编号|店铺名称|快递单号|支付单号|平台站点|子订单编号|原始线上订单号|款号",
        "线上订单号",
        "店铺编号",
    ),
    row("jushuitan title", "线上订单号|商品编码|数量|出库单号|快递单号", "线上订单号"),
    row("jushuitan after-sales", "售后单号|内部订单号|线上订单号|退款金额", "线上订单号"),
    # Wangdiantong
    row(
        "wangdiantong",
        "JY:订单编号|店铺|订单来源|仓库|子单原始单号|订单状态|订单类型|货到付款|交易时间|付款时间|客户网名",
        "子单原始单号",
    ),
    row(
        "wangdiantong express",
        "JY:订单编号|原始单号|子单原始单号|仓库|店铺|收货地区|物流公司|实际重量|物流单号|发货时间",
        "原始单号",
    ),
    row(
        "wangdiantong outbound",
        "JY:订单编号|原始单号|原始子单号|订单类别|支付账号|出库单编号|仓库|店铺|店铺编号",
        "原始单号",
        "店铺编号",
    ),
    row("wangdiantong refunds", "退换单号|JY:系统单号|原始单号|店铺|退款金额", "原始单号"),
    # Guanyi, Wanliniu, Kuaimai, Dianxiaomi and kin
    row("guanyi", "单据编号|平台单号|店铺名称|店铺代码|会员名称|物流单号|商家备注", "平台单号", "店铺代码"),
    row("guanyi, own number named 订单编号", "JY:订单编号|平台单号|店铺代码|仓库", "平台单号", "店铺代码"),
    row("wanliniu", "JY:系统单号|线上单号|店铺|买家|运单号|商品编码", "线上单号"),
    row("wanliniu, own number named 订单编号", "JY:订单编号|线上单号|店铺名称|快递单号", "线上单号"),
    row("kuaimai", "JY:系统订单号|平台订单号|店铺名称|快递单号|商家编码|买家ID", "平台订单号"),
    row("kuaimai with own 订单号", "平台|店铺|JY:订单号|平台订单号|运单号", "平台订单号"),
    row("dianxiaomi", "订单号|包裹号|店铺账号|平台|物流单号|订单状态", "订单号"),
    row("e-shop assistant", "平台订单编号|店铺ID|快递单号|打印时间", "平台订单编号", "店铺ID"),
    row("baisheng", "JY:订单编号|外部单号|商店代码|商店名称|应付款", "外部单号"),
    row("ofs", "JY:内部单号|外部订单号|来源单号|商户编号|仓库", "外部订单号", "商户编号"),
    row("sales platform", "业务基础订单号|公司ID|客户ID|订单金额|卖家ID", "业务基础订单号", "卖家ID"),
    row("crm", "关联订单号|客户id|商家UID|跟进人", "关联订单号", "商家UID"),
    # written by hand, or by people who know Excel
    row("required mark", "*订单号(必填)|*商家ID（必填）|备注", "*订单号(必填)", "*商家ID（必填）"),
    row("full-width and spaces", "　订单　编号　|商家ＩＤ|数量", "　订单　编号　", "商家ＩＤ"),
    row("line break", "订单\n编号|店铺\nID", "订单\n编号", "店铺\nID"),
    row("colon and quotes", "“订单号：”|'商家id'", "“订单号：”", "'商家id'"),
    row("guarded", '="订单号"|="商家编号"', '="订单号"', '="商家编号"'),
    row("html in a header", "<b>订单号</b>|<span>店铺ID</span>", "<b>订单号</b>", "<span>店铺ID</span>"),
    row("traditional", "訂單編號|商戶號|金額", "訂單編號", "商戶號"),
    row("english", "Order Number|Merchant ID|Amount", "Order Number", "Merchant ID"),
    row("english, underscores", "order_no|merchant_id|amount", "order_no", "merchant_id"),
    row("english, joined", "OrderID|StoreID|Total", "OrderID", "StoreID"),
    row("english, dotted", "Order No.|SKU|Qty", "Order No.", None),
    row("external", "external_order_no|store_id|status", "external_order_no", "store_id"),
    row("trade", "trade_id|shopid|express_no", "trade_id", "shopid"),
)
