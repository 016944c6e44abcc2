"""Settings of the machine that runs the tests do not reach them."""

import os

for name in [name for name in os.environ if name.startswith("BATCHSYNC_")]:
    del os.environ[name]
