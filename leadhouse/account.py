"""Which account runs this process."""

import os
import pwd


def account_name() -> str:
    """Its name as the system has it, not what the environment claims; `uid 12345` if it has none,
    as a container's user may."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
