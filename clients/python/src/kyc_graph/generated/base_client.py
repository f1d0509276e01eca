"""What the generated client stands on."""

from ..calls import Calls


class BaseClient(Calls):
    """The calls of a client; the generated methods use `execute` and `get_data`."""
