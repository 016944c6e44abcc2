"""Why a run stopped early and what to do, for terminal, page, result and report."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

NAMES: Mapping[str, Translation] = MappingProxyType(
    {
        "authentication": Translation(en="token not accepted", zh="token 未通过认证"),
        "balance": Translation(en="no points left", zh="账户余额不足"),
        "spending_cap": Translation(en="points cap reached", zh="达到点券上限"),
        "address": Translation(en="wrong address", zh="接口地址不正确"),
        "failures": Translation(en="too many failures in a row", zh="连续多次失败"),
        "interrupted": Translation(en="stopped by the user", zh="被用户停止"),
        "disk": Translation(en="disk full", zh="磁盘已满"),
    }
)
"""In a few words, by Stop."""

ADVICE: Mapping[str, Translation] = MappingProxyType(
    {
        "authentication": Translation(
            en="The token is not accepted. Set the right one (batchsync token set), then run the file again.",
            zh="token 未通过认证。请设置正确的 token（batchsync token set），再重新运行该文件。",
        ),
        "balance": Translation(
            en="The account has no points left. Top up, then run the file again; only the rest is sent.",
            zh="账户余额不足。请充值后重新运行该文件，只会发送剩下的订单。",
        ),
        "spending_cap": Translation(
            en="The points cap is reached. Raise it (spend.max_points or --max-points), then run the file again for the rest.",
            zh="已达到点券上限。请调高上限（spend.max_points 或 --max-points），再重新运行该文件以发送剩下的订单。",
        ),
        "address": Translation(
            en="The address does not respond like the API. Check api.url and api.proxy (batchsync doctor), then run the file again.",
            zh="该地址的响应不像本接口。请检查 api.url 和 api.proxy（batchsync doctor），再重新运行该文件。",
        ),
        "failures": Translation(
            en="Too many calls in a row failed in the same way. Fix the cause (see the errors of the rows), then run the file again.",
            zh="连续多次调用以同样的方式失败。请按各行的错误信息排除原因，再重新运行该文件。",
        ),
        "interrupted": Translation(
            en="The run was stopped by the user. Run the file again to send the rest.",
            zh="任务被用户停止。重新运行该文件即可发送剩下的订单。",
        ),
        "disk": Translation(
            en="The disk is full. Free some space, then run the file again; no response was lost.",
            zh="磁盘已满。请清理空间后重新运行该文件，没有丢失任何响应。",
        ),
    }
)
"""In a sentence with what to do, by Stop."""
