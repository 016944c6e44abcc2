"""Errors in the settings of the API."""

from batchsync.messages.render import Translation

BAD_TOKEN = Translation(
    en="The access token contains a character that is not allowed (a line break, a space or a letter "
    "outside ASCII). Copy it again without anything around it.",
    zh="访问 token 含有不允许的字符（换行、空格或非 ASCII 字符）。请重新复制，不要带上前后多余的内容。",
)
BAD_URL = Translation(
    en="api.url is not an address that orders can be sent to: it must be http:// or https:// and a host, "
    "without a user name.",
    zh="api.url 不是可以发送订单的地址：必须以 http:// 或 https:// 开头并带主机名，且不能带用户名。",
)
BAD_PROXY = Translation(
    en="api.proxy must be http:// and a host, e.g. http://10.0.0.1:3128.",
    zh="api.proxy 必须以 http:// 开头并带主机名，例如 http://10.0.0.1:3128。",
)
