"""Settings of the machine that runs the tests do not reach them."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith("BATCHSYNC_")]:
    del os.environ[name]
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # where an access token may be stored
